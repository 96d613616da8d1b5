// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/projection.h"
#include "ui/viewmodels/rowchanges.h"

#include <QAbstractListModel>

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace orrery::ui {

/// What one agent, or all, were told, said and did. Keeps the items of all agents, so choosing
/// another one is cheap.
class ConversationModel : public QAbstractListModel, public Projection
{
    Q_OBJECT
public:
    enum class Kind { System, User, Peer, Assistant, Tool, Limit, Warning, Error };
    enum class ToolState { None, AwaitingApproval, Running, Ok, Failed, Denied, Unfinished };
    enum Roles {
        KindRole = Qt::UserRole + 1, ///< int of Kind
        KeyRole, ///< QString: of this item and no other, in this run and no other, however often it is made
        RevisionRole, ///< int: the same number never stands for two contents
        AgentRole,
        ColorIndexRole, ///< -1 for the person
        MonogramRole,   ///< two letters, unique in the team; of the person too
        AgentIndexRole, ///< order of appearance, -1 for the person
        TitleRole,      ///< `system`, `user`, `from coder`, name of the tool, …
        TextRole,       ///< body; result of a tool
        ThinkingRole,
        ArgumentsRole,     ///< of a tool: JSON, indented
        ArgumentLinesRole, ///< of a tool: `name: value` lines
        ToolStateRole,     ///< int of ToolState
        StatusRole,        ///< in words: `running`, `ok · 830 ms`, `streaming`, …
        StreamingRole,     ///< bool
        CollapsedRole,     ///< bool: shown folded at first
        TimeUsRole,
        DurationUsRole, ///< 0 while not known
        FitsAtMsRole,   ///< of a limit notice; invalid when never or over
        SeqRole,        ///< the event it began with
        CallRole        ///< id of the tool call or request
    };

    explicit ConversationModel(AgentRoster &roster, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;
    void endOfJournal() override;
    /// Whose conversation; empty = all agents', in order of time.
    void setAgent(const QString &agent);
    QString agent() const;

private:
    struct Item {
        Kind kind = Kind::System;
        ToolState toolState = ToolState::None;
        bool streaming = false;
        bool collapsed = false;
        int revision = 0;
        int rowOfAgent = 0;  ///< position among the agent's items
        std::size_t run = 0; ///< in m_runs
        std::string agent;
        QString title, text, thinking, call;
        EventPtr argumentsOf; ///< the event that holds `args`; text is made when asked for
        qint64 timeUs = 0, durationUs = 0;
        std::optional<qint64> fitsAtMs;
        quint64 seq = 0;
    };
    /// What is open in an agent's conversation, as indexes into m_items; -1 = nothing.
    struct Thread {
        std::vector<int> items;
        std::string requestCall;
        int assistant = -1;
        qint64 answerUs = 0; ///< what the answer took whose message has not come yet
        int limit = -1;
        std::vector<int> peers; ///< delivered, their message not added yet
        std::unordered_map<std::string, int> tools;
    };

    Thread &thread(const std::string &agent);
    std::size_t numberOf(const std::string &run);
    int addItem(const Event &event, Kind kind, const QString &title, const QString &text);
    int toolItem(const Event &event);
    int assistantItem(const Event &event, const std::string &call);
    void changed(int item);
    void tellChanges();
    void applyOne(const EventPtr &event);
    void addMessage(const Event &event);
    void addDelta(const Event &event);
    void applyTool(const EventPtr &event);
    void applyRequest(const Event &event);
    void addNotice(const Event &event);
    void endStreaming(Thread &thread);
    void closeLimit(const Event &event);
    void closeAll();
    int viewSize() const;
    const Item &itemAt(int row) const;
    QString status(const Item &item) const;

    AgentRoster &m_roster;
    std::string m_agent;
    std::deque<Item> m_items;
    std::unordered_map<std::string, Thread> m_threads;
    std::vector<std::string> m_runs;
    int m_shown = 0;
    int m_revisions = 0; ///< never starts anew: views keep what they measured
    RowChanges m_changes;
};

} // namespace orrery::ui
