// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/projection.h"

#include <QAbstractTableModel>

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace orrery::ui {

/// What the sliding 60 s held at one time.
struct LimiterWindow {
    struct Share {
        qint64 tokens = 0;   ///< reserved ones included
        qint64 reserved = 0; ///< of these, reserved and not yet settled
        qint64 requests = 0;
        int agentIndex = -1;
    };
    std::map<std::string, Share> agents;
    qint64 tokens = 0, reserved = 0, requests = 0;
};

/// The limiter: a table of what it did, and the sliding window replayed from the events. A
/// settlement changes the window from its own time on, but what it books leaves with its
/// reservation. All times in ms.
class LimiterModel : public QAbstractTableModel, public Projection
{
    Q_OBJECT
public:
    enum Column { Time, Agent, Kind, Estimated, Actual, Window, Result, ColumnCount };
    enum class Mark { Acquired, Settled, Refunded, Denied, Waiting, Provider429, Budget };
    enum Roles {
        TimeMsRole = Qt::UserRole + 1,
        AgentRole,
        ColorIndexRole,
        MarkRole,     ///< int of Mark
        SentenceRole, ///< why, for a wait or refusal
        FitsAtMsRole, ///< invalid when not known
        SeqRole
    };
    struct MarkAt {
        qint64 timeMs = 0;
        Mark kind = Mark::Acquired;
        std::string agent;
        int agentIndex = -1;
        int colorIndex = -1;
        QString sentence;
        std::optional<qint64> fitsAtMs;
        quint64 seq = 0;
    };
    /// What one admitted call put into the window.
    struct Entry {
        qint64 timeMs = 0;    ///< of the reservation
        qint64 settledMs = 0; ///< 0 = only reserved so far
        std::string agent;
        int agentIndex = -1;
        qint64 estimated = 0;
        qint64 actual = 0; ///< once settled; 0 when given back
        int requests = 1;  ///< once settled; 0 when given back
        /// What it counts at `ms`; nothing outside its minute.
        qint64 tokensAt(qint64 ms) const;
        int requestsAt(qint64 ms) const;
        bool reservedAt(qint64 ms) const;
    };
    /// The window from `timeMs` on, until the next step.
    struct Step {
        qint64 timeMs = 0;
        LimiterWindow window;
    };

    explicit LimiterModel(AgentRoster &roster, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;

    static constexpr qint64 windowMs = 60000;
    /// O(entries in the window).
    LimiterWindow windowAt(qint64 ms) const;
    /// The step function over [fromMs, toMs] in one sweep: the state at fromMs, then every change.
    /// Painting needs one call a frame. Times after the last event are the forecast: what leaves if
    /// nothing else happens.
    std::vector<Step> steps(qint64 fromMs, qint64 toMs) const;
    std::vector<MarkAt> marks(qint64 fromMs, qint64 toMs) const;

    std::optional<qint64> rpm() const { return m_rpm; }
    std::optional<qint64> tpm() const { return m_tpm; }
    std::optional<double> budgetUsd() const { return m_budget; }
    /// The latest wait or refusal; empty when there was none.
    QString lastSentence() const;

private:
    struct Row {
        EventPtr event;
        qint64 estimated = -1, actual = -1; ///< -1 = not known
        Mark mark = Mark::Acquired;
    };
    void applyOne(const EventPtr &event);
    void acquire(const Event &event);
    void settle(const Event &event, Row &row);
    void giveBack(const Event &event, Row &row);
    void addRow(const EventPtr &event, Row row);
    std::pair<std::size_t, std::size_t> range(qint64 fromMs, qint64 toMs) const;
    QVariant display(const Row &row, int column) const;

    AgentRoster &m_roster;
    std::vector<Row> m_rows;
    std::vector<Entry> m_entries;                   ///< by timeMs
    std::unordered_map<qint64, std::size_t> m_open; ///< reservation → entry
    std::vector<MarkAt> m_marks;
    std::optional<qint64> m_rpm, m_tpm;
    std::optional<double> m_budget;
    int m_shown = 0;
};

} // namespace orrery::ui
