// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <QAbstractItemModel>
#include <QStringList>

#include <vector>

/// Events of an invented run, one after the other, with a clock that moves only when it is told to.
class Story
{
public:
    static constexpr std::int64_t startMs = 1'700'000'000'000; // 22:13:20 UTC

    Story &add(orrery::EventKind kind, std::string agent,
               orrery::Json data = orrery::Json::object(), std::int64_t durationUs = 0,
               std::uint64_t parent = 0)
    {
        auto event = std::make_shared<orrery::Event>();
        event->seq = ++m_seq;
        event->timeUs = m_ms * 1000;
        event->durationUs = durationUs;
        event->parent = parent;
        event->kind = kind;
        event->run = "run_1";
        event->agent = std::move(agent);
        event->data = std::move(data);
        m_events.push_back(std::move(event));
        return *this;
    }
    Story &waitMs(std::int64_t ms)
    {
        m_ms += ms;
        return *this;
    }
    Story &start()
    {
        return add(
            orrery::EventKind::RunStarted, "",
            {{"team", "repair"},
             {"task", "Fix the test"},
             {"workspace", "/tmp/w"},
             {"scripted", true},
             {"agents",
              {{{"name", "lead"}, {"role", "lead"}, {"model", "scripted:lead"}},
               {{"name", "coder"}, {"role", "coder"}, {"model", "scripted:coder"}}}},
             {"limits", {{"rpm", 60}, {"tpm", 10000}, {"budget_usd", nullptr}, {"policy", "wait"}}},
             {"claim_ttl_ms", 300000},
             {"sandbox", "bubblewrap"}});
    }
    Story &state(std::string agent, std::string state, std::string reason = {})
    {
        return add(orrery::EventKind::AgentState, std::move(agent),
                   {{"state", std::move(state)}, {"reason", std::move(reason)}});
    }
    Story &message(std::string agent, orrery::Json message)
    {
        return add(orrery::EventKind::MessageAdded, std::move(agent),
                   {{"message", std::move(message)}});
    }
    std::int64_t nowMs() const { return m_ms; }
    std::uint64_t lastSeq() const { return m_seq; }
    /// What was added since the last call.
    std::vector<orrery::EventPtr> take() { return std::exchange(m_events, {}); }
    const std::vector<orrery::EventPtr> &events() const { return m_events; }

private:
    std::vector<orrery::EventPtr> m_events;
    std::uint64_t m_seq = 0;
    std::int64_t m_ms = startMs;
};

/// A row for each line, cells separated by ` | `.
inline QStringList rowsOf(const QAbstractItemModel &model)
{
    QStringList rows;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column)
            cells << model.index(row, column).data().toString();
        rows << cells.join(QStringLiteral(" | "));
    }
    return rows;
}

/// One cell of each row.
inline QStringList cellsOf(const QAbstractItemModel &model, int column, int role = Qt::DisplayRole)
{
    QStringList cells;
    for (int row = 0; row < model.rowCount(); ++row)
        cells << model.index(row, column).data(role).toString();
    return cells;
}

/// Everything that a model tells of its cells, for comparison.
inline QStringList everything(const QAbstractItemModel &model)
{
    QStringList all;
    for (int row = 0; row < model.rowCount(); ++row)
        for (int column = 0; column < model.columnCount(); ++column)
            for (int role : {0, 3, 7})
                all << model.index(row, column).data(role).toString();
    for (int row = 0; row < model.rowCount(); ++row)
        for (int role = Qt::UserRole + 1; role < Qt::UserRole + 24; ++role)
            all << model.index(row, 0).data(role).toString();
    return all;
}
