// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/agentsmodel.h"

#include "ui/viewmodels/fields.h"
#include "ui/viewmodels/toolsubject.h"
#include "ui/format/format.h"

#include <iterator>

namespace orrery::ui {

using AgentStateValue = orrery::AgentState;

QString agentStateWord(orrery::AgentState state)
{
    switch (state) {
    case AgentStateValue::Idle: return QStringLiteral("Idle");
    case AgentStateValue::Thinking: return QStringLiteral("Thinking");
    case AgentStateValue::Tool: return QStringLiteral("Tool");
    case AgentStateValue::WaitingApproval: return QStringLiteral("Waiting: approval");
    case AgentStateValue::WaitingRate: return QStringLiteral("Waiting: rate limit");
    case AgentStateValue::WaitingClaim: return QStringLiteral("Waiting: claim");
    case AgentStateValue::Paused: return QStringLiteral("Paused");
    case AgentStateValue::Done: return QStringLiteral("Done");
    case AgentStateValue::Stopped: return QStringLiteral("Stopped");
    case AgentStateValue::Failed: return QStringLiteral("Failed");
    case AgentStateValue::Crashed: return QStringLiteral("Crashed");
    }
    return {};
}

namespace {

/// Why the limiter makes a call wait, short enough for a card.
QString briefly(const Fields &data)
{
    const auto window = data.integer("window_tokens");
    const auto limit = data.integer("limit");
    if (data.view("reason") != "tokens" || !window || limit.value_or(0) <= 0)
        return {};
    return AgentsModel::tr("needs %1 tokens; %2 of %3 are in use")
        .arg(format::count(data.count("tokens")), format::count(*window), format::count(*limit));
}

} // namespace

AgentsModel::AgentsModel(AgentRoster &roster, QObject *parent)
    : QAbstractTableModel(parent), m_roster(roster)
{}

int AgentsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_shown;
}

int AgentsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant AgentsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0
        || section >= ColumnCount)
        return {};
    static const char *const names[] = {"Agent",     "Role",   "Model", "State",
                                        "Iteration", "Tokens", "Cost",  "Activity"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

int AgentsModel::rowFor(const std::string &name)
{
    const auto [found, isNew] = m_index.try_emplace(name, static_cast<int>(m_rows.size()));
    if (isNew) {
        m_rows.emplace_back();
        m_rows.back().name = name;
    }
    m_changes.touch(found->second);
    return found->second;
}

int AgentsModel::rowOf(const QString &name) const
{
    const auto found = m_index.find(name.toStdString());
    return found == m_index.end() || found->second >= m_shown ? -1 : found->second;
}

QStringList AgentsModel::names() const
{
    QStringList names;
    for (const Row &row : m_rows)
        names << toQString(row.name);
    return names;
}

void AgentsModel::reset()
{
    beginResetModel();
    m_rows.clear();
    m_index.clear();
    m_changes = {};
    m_shown = 0;
    endResetModel();
}

void AgentsModel::showTeam(const TeamSpec &team)
{
    beginResetModel();
    m_rows.clear();
    m_index.clear();
    for (const AgentSpec &spec : team.agents) {
        m_roster.learn(spec.name);
        Row &row = m_rows[static_cast<std::size_t>(rowFor(spec.name))];
        row.role = toQString(spec.role);
        row.model = toQString(spec.model);
    }
    m_changes = {};
    m_shown = static_cast<int>(m_rows.size());
    endResetModel();
}

void AgentsModel::apply(const std::vector<EventPtr> &batch)
{
    for (const EventPtr &event : batch) {
        m_roster.learn(*event);
        applyOne(*event);
    }
    if (const auto span = m_changes.take(m_shown))
        emit dataChanged(index(span->first, 0), index(span->second, ColumnCount - 1));
    if (const int count = static_cast<int>(m_rows.size()); count > m_shown) {
        beginInsertRows({}, m_shown, count - 1);
        m_shown = count;
        endInsertRows();
    }
}

void AgentsModel::applyOne(const Event &event)
{
    const Fields data(event.data);
    if (event.kind == EventKind::RunStarted) {
        for (Row &row : m_rows) {
            Row fresh;
            fresh.name = row.name;
            fresh.role = row.role;
            fresh.model = row.model;
            row = std::move(fresh);
        }
        if (!m_rows.empty()) {
            m_changes.touch(0);
            m_changes.touch(static_cast<int>(m_rows.size()) - 1);
        }
        for (const Json &agent : data.list("agents")) {
            const Fields spec(agent);
            if (spec.view("name").empty())
                continue;
            Row &row = m_rows[static_cast<std::size_t>(rowFor(std::string(spec.view("name"))))];
            row.role = spec.text("role");
            row.model = spec.text("model");
        }
        return;
    }
    if (event.agent.empty() || event.agent == "person")
        return;
    // Deltas come by the thousand and change nothing here.
    if (event.kind == EventKind::ModelDelta)
        return;
    Row &row = m_rows[static_cast<std::size_t>(rowFor(event.agent))];
    switch (event.kind) {
    case EventKind::AgentJoined:
        row.role = data.text("parent").isEmpty()
                       ? data.text("role")
                       : tr("%1, for %2").arg(data.text("role"), data.text("parent"));
        row.model = data.text("model");
        row.isSub = !data.text("parent").isEmpty();
        break;
    case EventKind::AgentLeft:
        if (row.state != AgentStateValue::Done && row.state != AgentStateValue::Failed
            && row.state != AgentStateValue::Crashed)
            row.state = AgentStateValue::Stopped;
        row.reason = data.text("reason");
        break;
    case EventKind::AgentStarted:
        if (!row.isSub)
            row.role = data.text("role");
        row.model = data.text("model");
        row.error.clear();
        break;
    case EventKind::AgentState:
        row.state = agentStateFromString(data.view("state"));
        row.reason = data.text("reason");
        if (row.state != AgentStateValue::WaitingRate
            && row.state != AgentStateValue::WaitingClaim) {
            row.sentence.clear();
            row.waitsUntilMs.reset();
        }
        break;
    case EventKind::AgentFinished: {
        const auto outcome = data.view("outcome");
        row.state = outcome == "done"      ? AgentStateValue::Done
                    : outcome == "stopped" ? AgentStateValue::Stopped
                    : outcome == "crashed" ? AgentStateValue::Crashed
                                           : AgentStateValue::Failed;
        row.sentence.clear();
        row.waitsUntilMs.reset();
        row.reason = data.text("error");
        row.output = data.text("output");
        if (row.state == AgentStateValue::Failed || row.state == AgentStateValue::Crashed)
            row.error = row.reason;
        break;
    }
    case EventKind::MessageAdded:
        if (const Fields message = data.object("message");
            message.view("role") == "assistant" && !message.view("content").empty())
            row.said = message.text("content");
        break;
    case EventKind::IterationStarted: row.iteration = data.count("n"); break;
    case EventKind::ResponseReceived: {
        const Fields usage = data.object("usage");
        row.inputTokens += usage.count("input_tokens");
        row.outputTokens += usage.count("output_tokens");
        if (const auto cost = data.real("cost_usd"))
            row.cost = row.cost.value_or(0) + *cost;
        else
            row.unpriced = true;
        break;
    }
    case EventKind::RequestFailed: row.error = data.text("message"); break;
    case EventKind::ToolStarted:
        row.tool = data.text("tool");
        row.subject = toolSubject(data.object("args"));
        break;
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
        row.sentence = data.text("sentence");
        row.brief = briefly(data);
        row.waitsUntilMs = data.integer("fits_at_ms");
        break;
    case EventKind::LimiterAcquired:
        row.sentence.clear();
        row.waitsUntilMs.reset();
        break;
    case EventKind::ClaimDenied:
        row.sentence =
            tr("waits for %1:%2 (%3)")
                .arg(data.text("file"), format::lines(data.line("start"), data.line("end")),
                     data.text("holder"));
        row.waitsUntilMs = event.timeUs / 1000 + data.integer("expires_in_ms", 0);
        break;
    default: break;
    }
}

void AgentsModel::endOfJournal()
{
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        Row &row = m_rows[i];
        switch (row.state) {
        case AgentStateValue::Thinking:
        case AgentStateValue::Tool:
        case AgentStateValue::WaitingApproval:
        case AgentStateValue::WaitingRate:
        case AgentStateValue::WaitingClaim:
        case AgentStateValue::Paused: break;
        default: continue;
        }
        row.state = AgentStateValue::Stopped;
        row.reason = tr("its run ended unexpectedly");
        row.sentence.clear();
        row.waitsUntilMs.reset();
        m_changes.touch(static_cast<int>(i));
    }
    if (const auto span = m_changes.take(m_shown))
        emit dataChanged(index(span->first, 0), index(span->second, ColumnCount - 1));
}

void AgentsModel::setNow(qint64 nowMs)
{
    if (nowMs == m_nowMs)
        return;
    m_nowMs = nowMs;
    RowChanges waiting;
    for (int i = 0; i < m_shown; ++i) {
        const Row &row = m_rows[static_cast<std::size_t>(i)];
        if (row.waitsUntilMs && !waitingText(row).isEmpty())
            waiting.touch(i);
    }
    if (const auto span = waiting.take(m_shown))
        emit dataChanged(index(span->first, Activity), index(span->second, Activity));
}

QString AgentsModel::waitingText(const Row &row) const
{
    const auto left = [&]() -> QString {
        if (!row.waitsUntilMs || m_nowMs == 0 || *row.waitsUntilMs <= m_nowMs)
            return {};
        return format::remaining(*row.waitsUntilMs - m_nowMs);
    };
    switch (row.state) {
    case AgentStateValue::WaitingApproval:
        return row.reason.isEmpty() ? tr("waits for approval")
                                    : tr("%1 waits for approval").arg(row.reason);
    case AgentStateValue::WaitingRate: {
        const QString why = !row.brief.isEmpty()      ? row.brief
                            : !row.sentence.isEmpty() ? row.sentence
                                                      : row.reason;
        const QString rest = left();
        return rest.isEmpty() ? why : QStringLiteral("%1 · %2").arg(rest, why);
    }
    case AgentStateValue::WaitingClaim: {
        const QString rest = left();
        QString why = row.sentence.isEmpty() ? row.reason : row.sentence;
        if (!rest.isEmpty() && why.endsWith(QLatin1Char(')')))
            why.insert(why.size() - 1, QStringLiteral(", ") + rest);
        return why;
    }
    default: return {};
    }
}

QString AgentsModel::activity(const Row &row) const
{
    const QString waiting = waitingText(row);
    if (!waiting.isEmpty())
        return waiting;
    if (row.state == AgentStateValue::Tool) {
        const QString tool = row.reason.isEmpty() ? row.tool : row.reason;
        return tool == row.tool && !row.subject.isEmpty()
                   ? tool + QStringLiteral(" · ") + row.subject
                   : tool;
    }
    if (row.state == AgentStateValue::Done)
        return row.output;
    if (row.state == AgentStateValue::Thinking && row.reason.isEmpty())
        return row.said.isEmpty() ? QString() : tr("“%1”").arg(row.said);
    if (row.state == AgentStateValue::Failed || row.state == AgentStateValue::Crashed)
        return row.error.isEmpty() ? row.reason : row.error;
    return row.reason;
}

QString AgentsModel::description(const Row &row) const
{
    QStringList lines{toQString(row.name),
                      row.role,
                      row.model,
                      agentStateWord(row.state),
                      tr("%1, %2 tokens in, %3 out")
                          .arg(format::counted(row.iteration, tr("iteration"), tr("iterations")))
                          .arg(row.inputTokens)
                          .arg(row.outputTokens),
                      row.sentence.isEmpty() ? activity(row) : row.sentence};
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

QVariant AgentsModel::display(const Row &row, int column) const
{
    switch (column) {
    case Agent: return toQString(row.name);
    case Role: return row.role;
    case Model: return row.model;
    case State: return agentStateWord(row.state);
    case Iteration: return row.iteration > 0 ? QString::number(row.iteration) : format::unknown();
    case Tokens: return format::count(row.inputTokens + row.outputTokens);
    case Cost:
        return row.cost && row.unpriced ? format::money(row.cost) + tr(" + unpriced")
                                        : format::money(row.cost);
    case Activity: return format::oneLine(activity(row));
    default: return {};
    }
}

QVariant AgentsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole: return display(row, index.column());
    case Qt::ToolTipRole: return description(row);
    case Qt::AccessibleTextRole:
        return index.column() == Agent ? QVariant(description(row)) : QVariant();
    case Qt::TextAlignmentRole:
        if (index.column() == Iteration || index.column() == Tokens || index.column() == Cost)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        return {};
    case NameRole: return toQString(row.name);
    case MonogramRole: return m_roster.monogram(row.name);
    case ColorIndexRole: return m_roster.colorIndex(row.name);
    case IndexRole: return m_roster.indexOf(row.name);
    case StateRole: return static_cast<int>(row.state);
    case StateNameRole: return toQString(toString(row.state));
    case RoleRole: return row.role;
    case ModelRole: return row.model;
    case IterationRole: return row.iteration;
    case TokensInRole: return row.inputTokens;
    case TokensRole: return row.inputTokens + row.outputTokens;
    case CostRole: return row.cost ? QVariant(*row.cost) : QVariant();
    case ActivityRole: return activity(row);
    case LastErrorRole: return row.error;
    default: return {};
    }
}

} // namespace orrery::ui
