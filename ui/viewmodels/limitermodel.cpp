// SPDX-License-Identifier: GPL-3.0-or-later
// The table of what the limiter did; the sliding window is in limiterwindow.cpp.
#include "ui/viewmodels/limitermodel.h"

#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"

#include <algorithm>
#include <iterator>

namespace orrery::ui {
namespace {

bool isBudget(std::string_view reason) { return reason == "budget" || reason == "agent_budget"; }

} // namespace

LimiterModel::LimiterModel(AgentRoster &roster, QObject *parent)
    : QAbstractTableModel(parent), m_roster(roster)
{}

int LimiterModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_shown;
}

int LimiterModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant LimiterModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0
        || section >= ColumnCount)
        return {};
    static const char *const names[] = {"Time",   "Agent",  "Kind",  "Tokens est.",
                                        "Actual", "Window", "Result"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

void LimiterModel::reset()
{
    beginResetModel();
    m_rows.clear();
    m_entries.clear();
    m_open.clear();
    m_marks.clear();
    m_rpm.reset();
    m_tpm.reset();
    m_budget.reset();
    m_shown = 0;
    endResetModel();
}

void LimiterModel::apply(const std::vector<EventPtr> &batch)
{
    for (const EventPtr &event : batch) {
        m_roster.learn(*event);
        applyOne(event);
    }
    if (const int count = static_cast<int>(m_rows.size()); count > m_shown) {
        beginInsertRows({}, m_shown, count - 1);
        m_shown = count;
        endInsertRows();
    }
}

void LimiterModel::applyOne(const EventPtr &event)
{
    const Fields data(event->data);
    Row row;
    switch (event->kind) {
    case EventKind::RunStarted: {
        // A run brings a limiter of its own; its reservations are numbered anew.
        m_entries.clear();
        m_open.clear();
        const Fields limits = data.object("limits");
        m_rpm = limits.integer("rpm");
        m_tpm = limits.integer("tpm");
        m_budget = limits.real("budget_usd");
        return;
    }
    case EventKind::LimiterAcquired:
        acquire(*event);
        row.mark = Mark::Acquired;
        row.estimated = data.count("tokens");
        break;
    case EventKind::LimiterSettled: settle(*event, row); break;
    case EventKind::LimiterReleased:
    case EventKind::LimiterExpired: giveBack(*event, row); break;
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
        row.mark = isBudget(data.view("reason"))              ? Mark::Budget
                   : event->kind == EventKind::LimiterWaiting ? Mark::Waiting
                                                              : Mark::Denied;
        row.estimated = data.count("tokens");
        break;
    case EventKind::RequestFailed:
        if (data.integer("http_status", 0) != 429)
            return;
        row.mark = Mark::Provider429;
        break;
    default: return;
    }
    addRow(event, std::move(row));
}

void LimiterModel::acquire(const Event &event)
{
    const Fields data(event.data);
    Entry entry;
    // The wall clock may jump back; the order may not.
    entry.timeMs =
        std::max<qint64>(event.timeUs / 1000, m_entries.empty() ? 0 : m_entries.back().timeMs);
    entry.agent = event.agent;
    entry.agentIndex = m_roster.indexOf(event.agent);
    entry.estimated = data.count("tokens");
    m_open[data.integer("reservation", 0)] = m_entries.size();
    m_entries.push_back(std::move(entry));
}

void LimiterModel::settle(const Event &event, Row &row)
{
    const Fields data(event.data);
    row.actual = data.count("tokens_actual");
    const auto open = m_open.find(data.integer("reservation", 0));
    if (open == m_open.end()) {
        // Used without a reservation: counts from now on.
        acquire(event);
        Entry &entry = m_entries.back();
        entry.settledMs = entry.timeMs;
        entry.actual = row.actual;
        m_open.erase(data.integer("reservation", 0));
        row.estimated = data.count("tokens_est");
    } else {
        Entry &entry = m_entries[open->second];
        entry.settledMs = std::max<qint64>(entry.timeMs, event.timeUs / 1000);
        entry.actual = row.actual;
        row.estimated = entry.estimated;
        m_open.erase(open);
    }
    row.mark = row.actual < row.estimated ? Mark::Refunded : Mark::Settled;
}

void LimiterModel::giveBack(const Event &event, Row &row)
{
    const Fields data(event.data);
    row.mark = Mark::Refunded;
    row.estimated = data.count("tokens");
    row.actual = 0;
    const auto open = m_open.find(data.integer("reservation", 0));
    if (open == m_open.end())
        return;
    Entry &entry = m_entries[open->second];
    entry.settledMs = std::max<qint64>(entry.timeMs, event.timeUs / 1000);
    entry.actual = 0;
    entry.requests = 0;
    m_open.erase(open);
}

void LimiterModel::addRow(const EventPtr &event, Row row)
{
    const Fields data(event->data);
    row.event = event;
    MarkAt mark;
    mark.timeMs =
        std::max<qint64>(event->timeUs / 1000, m_marks.empty() ? 0 : m_marks.back().timeMs);
    mark.kind = row.mark;
    mark.agent = event->agent;
    mark.agentIndex = m_roster.indexOf(event->agent);
    mark.colorIndex = m_roster.colorIndex(event->agent);
    // With its time: it goes on to be shown when what it foretells has long been.
    if (const QString text = data.text(row.mark == Mark::Provider429 ? "message" : "sentence");
        !text.isEmpty())
        mark.sentence = tr("At %1: %2").arg(format::clockTime(event->timeUs).left(8), text);
    mark.fitsAtMs = data.integer("fits_at_ms");
    mark.seq = event->seq;
    m_marks.push_back(std::move(mark));
    m_rows.push_back(std::move(row));
}

QString LimiterModel::lastSentence() const
{
    const auto last = std::find_if(m_marks.rbegin(), m_marks.rend(),
                                   [](const MarkAt &mark) { return !mark.sentence.isEmpty(); });
    return last == m_marks.rend() ? QString() : last->sentence;
}

QVariant LimiterModel::display(const Row &row, int column) const
{
    const Event &event = *row.event;
    const Fields data(event.data);
    const auto tokens = [](qint64 value) {
        return value < 0 ? format::unknown() : format::count(value);
    };
    switch (column) {
    case Time: return format::clockTime(event.timeUs);
    case Agent: return toQString(event.agent);
    case Kind:
        switch (event.kind) {
        case EventKind::LimiterAcquired: return tr("Acquired");
        case EventKind::LimiterSettled: return tr("Settled");
        case EventKind::LimiterReleased: return tr("Released");
        case EventKind::LimiterExpired: return tr("Expired");
        case EventKind::LimiterWaiting: return tr("Waiting");
        case EventKind::LimiterDenied: return tr("Denied");
        default: return tr("Provider 429");
        }
    case Estimated: return row.estimated < 0 ? format::unknown() : format::estimate(row.estimated);
    case Actual: return tokens(row.actual);
    case Window: {
        if (!data.has("window_tokens"))
            return format::unknown();
        const QString held = format::count(data.count("window_tokens"));
        return m_tpm ? QStringLiteral("%1/%2").arg(held, format::count(*m_tpm)) : held;
    }
    case Result:
        switch (event.kind) {
        case EventKind::LimiterAcquired: return tr("admitted");
        case EventKind::LimiterSettled: {
            const qint64 delta = row.actual - std::max<qint64>(0, row.estimated);
            return delta == 0  ? tr("as estimated")
                   : delta < 0 ? tr("%1 given back").arg(format::count(-delta))
                               : tr("%1 more than estimated").arg(format::count(delta));
        }
        case EventKind::LimiterReleased: return tr("given back: the call failed or was stopped");
        case EventKind::LimiterExpired: return tr("given back: never settled");
        case EventKind::RequestFailed: return data.text("message");
        default: return data.text("sentence");
        }
    default: return {};
    }
}

QVariant LimiterModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto at = static_cast<std::size_t>(index.row());
    const Row &row = m_rows[at];
    const MarkAt &mark = m_marks[at];
    switch (role) {
    case Qt::DisplayRole: return display(row, index.column());
    case Qt::ToolTipRole: return index.column() == Result ? display(row, Result) : QVariant();
    case Qt::TextAlignmentRole:
        if (index.column() >= Estimated && index.column() <= Window)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        return {};
    case TimeMsRole: return mark.timeMs;
    case AgentRole: return toQString(mark.agent);
    case ColorIndexRole: return mark.colorIndex;
    case MarkRole: return static_cast<int>(mark.kind);
    case SentenceRole: return mark.sentence;
    case FitsAtMsRole: return mark.fitsAtMs ? QVariant(*mark.fitsAtMs) : QVariant();
    case SeqRole: return mark.seq;
    default: return {};
    }
}

} // namespace orrery::ui
