// SPDX-License-Identifier: GPL-3.0-or-later
// The list itself; how events become items is in conversationitems.cpp.
#include "ui/viewmodels/conversationmodel.h"

#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"

#include <algorithm>

namespace orrery::ui {
namespace {

QString argumentLines(const Json &arguments)
{
    if (!arguments.is_object())
        return {};
    // First what the call is about, last what may be long.
    static const std::vector<std::string> order{"path", "file",  "start_line", "end_line",
                                                "to",   "topic", "old_text",   "new_text"};
    std::vector<std::pair<std::size_t, QString>> lines;
    for (const auto &[name, value] : arguments.items()) {
        QString text =
            value.is_string() ? toQString(value.get_ref<const std::string &>()) : jsonText(value);
        if (text.endsWith(QLatin1Char('\n')))
            text.chop(1);
        const auto place = std::find(order.begin(), order.end(), name);
        lines.emplace_back(
            place - order.begin(),
            toQString(name)
                + (text.contains(QLatin1Char('\n')) ? QStringLiteral(":\n") : QStringLiteral(": "))
                + text);
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const auto &a, const auto &b) { return a.first < b.first; });
    QStringList sorted;
    for (const auto &[place, line] : lines)
        sorted << line;
    return sorted.join(QLatin1Char('\n'));
}

} // namespace

ConversationModel::ConversationModel(AgentRoster &roster, QObject *parent)
    : QAbstractListModel(parent), m_roster(roster)
{}

int ConversationModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_shown;
}

void ConversationModel::reset()
{
    beginResetModel();
    m_items.clear();
    m_threads.clear();
    m_runs.clear();
    m_changes = {};
    m_shown = 0;
    endResetModel();
}

void ConversationModel::endOfJournal()
{
    closeAll();
    tellChanges();
}

QString ConversationModel::agent() const { return toQString(m_agent); }

void ConversationModel::setAgent(const QString &agent)
{
    if (agent == this->agent())
        return;
    beginResetModel();
    m_agent = agent.toStdString();
    m_shown = viewSize();
    endResetModel();
}

int ConversationModel::viewSize() const
{
    if (m_agent.empty())
        return static_cast<int>(m_items.size());
    const auto found = m_threads.find(m_agent);
    return found == m_threads.end() ? 0 : static_cast<int>(found->second.items.size());
}

const ConversationModel::Item &ConversationModel::itemAt(int row) const
{
    const auto at = static_cast<std::size_t>(row);
    return m_agent.empty() ? m_items[at]
                           : m_items[static_cast<std::size_t>(m_threads.at(m_agent).items[at])];
}

void ConversationModel::apply(const std::vector<EventPtr> &batch)
{
    for (const EventPtr &event : batch) {
        m_roster.learn(*event);
        applyOne(event);
    }
    tellChanges();
    if (const int size = viewSize(); size > m_shown) {
        beginInsertRows({}, m_shown, size - 1);
        m_shown = size;
        endInsertRows();
    }
}

void ConversationModel::tellChanges()
{
    if (const auto span = m_changes.take(m_shown))
        emit dataChanged(index(span->first), index(span->second));
}

QString ConversationModel::status(const Item &item) const
{
    switch (item.toolState) {
    case ToolState::AwaitingApproval: return tr("waiting for approval");
    case ToolState::Running: return tr("running");
    case ToolState::Ok:
        return item.durationUs > 0 ? tr("ok · %1").arg(format::duration(item.durationUs))
                                   : tr("ok");
    case ToolState::Failed:
        return item.durationUs > 0 ? tr("failed · %1").arg(format::duration(item.durationUs))
                                   : tr("failed");
    case ToolState::Denied: return tr("denied");
    case ToolState::Unfinished: return tr("not finished");
    case ToolState::None: break;
    }
    if (item.streaming)
        return item.kind == Kind::Limit ? tr("waiting") : tr("streaming");
    if (item.kind == Kind::Limit && item.durationUs > 0)
        return tr("waited %1").arg(format::duration(item.durationUs));
    return item.kind == Kind::Assistant && item.durationUs > 0 ? format::duration(item.durationUs)
                                                               : QString();
}

QVariant ConversationModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Item &item = itemAt(index.row());
    const auto arguments = [&]() -> const Json & {
        static const Json none;
        return item.argumentsOf ? Fields(item.argumentsOf->data).json("args") : none;
    };
    switch (role) {
    case Qt::DisplayRole:
        return format::oneLine(item.text.isEmpty() ? item.title
                                                   : item.title + QStringLiteral(": ") + item.text);
    case Qt::AccessibleTextRole: {
        QStringList parts{toQString(item.agent), item.title, status(item), item.text};
        parts.removeAll(QString());
        return parts.join(QStringLiteral(", "));
    }
    case KindRole: return static_cast<int>(item.kind);
    case KeyRole:
        return QStringLiteral("%1/%2/%3")
            .arg(item.seq)
            .arg(toQString(m_runs[item.run]), toQString(item.agent));
    case RevisionRole: return item.revision;
    case AgentRole: return toQString(item.agent);
    case ColorIndexRole: return m_roster.colorIndex(item.agent);
    case AgentIndexRole: return m_roster.indexOf(item.agent);
    case MonogramRole:
        return m_roster.indexOf(item.agent) < 0 ? tr("YO") : m_roster.monogram(item.agent);
    case TitleRole: return item.title;
    case TextRole: return item.text;
    case ThinkingRole: return item.thinking;
    case ArgumentsRole: return item.argumentsOf ? jsonText(arguments(), 2) : QString();
    case ArgumentLinesRole: return argumentLines(arguments());
    case ToolStateRole: return static_cast<int>(item.toolState);
    case StatusRole: return status(item);
    case StreamingRole: return item.streaming;
    case CollapsedRole: return item.collapsed;
    case TimeUsRole: return item.timeUs;
    case DurationUsRole: return item.durationUs;
    case FitsAtMsRole: return item.fitsAtMs ? QVariant(*item.fitsAtMs) : QVariant();
    case SeqRole: return item.seq;
    case CallRole: return item.call;
    default: return {};
    }
}

} // namespace orrery::ui
