// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/projection.h"
#include "ui/viewmodels/rowchanges.h"

#include <QAbstractTableModel>

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace orrery::ui {

/// What the claim map paints: plain values, a copy.
struct ClaimMapData {
    struct Edit {
        std::string agent;
        int colorIndex = -1;
        int start = 0, end = 0;
        bool inside = true;
        qint64 timeMs = 0;
    };
    struct Bar {
        std::string agent;
        QString monogram;
        int agentIndex = 0; ///< order of appearance
        int colorIndex = 0;
        int start = 0, end = 0;
        qint64 claimedMs = 0, expiresMs = 0;
        bool active = false;     ///< held and not expired at the time of setNow
        std::vector<Edit> edits; ///< that the agent made on this file while it held the claim
    };
    struct Denied {
        std::string agent;
        QString monogram;
        int agentIndex = 0;
        int colorIndex = 0;
        int start = 0, end = 0;
        std::string holder;
        int holderStart = 0, holderEnd = 0;
        qint64 timeMs = 0;
        std::string via; ///< claim or write
        qint64 expiresInMs = 0;
    };
    struct File {
        std::string file;
        int maxLine = 1;
        std::vector<Bar> bars; ///< in order of time
        std::vector<Denied> denied;
        std::vector<Edit> looseEdits; ///< by agents that held no claim on the file
    };
    std::vector<File> files; ///< by name
};

/// Who holds, or held, which lines: a row for each claim. A re-claim changes the agent's row, and so does an edit that
/// moves its lines.
class ClaimsModel : public QAbstractTableModel, public Projection
{
    Q_OBJECT
public:
    enum Column { Agent, File, Lines, Claimed, ExpiresIn, Conflicts, Edits, State, ColumnCount };
    enum class ClaimState { Active, Released, Expired, Ended };
    enum Roles {
        AgentRole = Qt::UserRole + 1,
        ColorIndexRole,
        AgentIndexRole,
        MonogramRole,
        FileRole,
        StartRole,
        EndRole,
        ClaimedMsRole,
        ExpiresMsRole,
        TtlMsRole,
        ActiveRole,
        StateRole, ///< int of ClaimState
        SeqRole    ///< of the ClaimGranted event
    };

    explicit ClaimsModel(AgentRoster &roster, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;

    /// Wall clock, from outside: times left follow it.
    void setNow(qint64 nowMs);
    qint64 now() const { return m_nowMs; }
    /// Everything to paint. Ended claims and refusals before `sinceMs` are left out. O(claims +
    /// refusals + edits).
    ClaimMapData mapData(qint64 sinceMs = 0) const;
    int activeClaims() const;
    int conflicts() const { return m_conflicts; }

signals:
    void mapChanged(); ///< claims, refusals or edits changed (not: the time)

private:
    struct Row {
        std::string agent, file;
        qint64 start = 0, end = 0;
        qint64 claimedMs = 0, expiresMs = 0, endedMs = 0;
        ClaimState state = ClaimState::Active;
        QString replaced; ///< the lines that it held before
        int conflicts = 0, editsIn = 0, editsOut = 0;
        std::vector<ClaimMapData::Edit> edits;
        quint64 seq = 0;
    };
    struct FileNotes {
        std::vector<ClaimMapData::Denied> denied;
        std::vector<ClaimMapData::Edit> loose;
    };
    static std::string key(const std::string &agent, const std::string &file);
    int heldRow(const std::string &agent, const std::string &file) const; ///< -1 when none
    void applyOne(const Event &event);
    void grant(const Event &event);
    void deny(const Event &event);
    void end(const Event &event, ClaimState state);
    void move(const Event &event);
    void edit(const Event &event);
    void endAll(qint64 atMs);
    bool isActive(const Row &row) const;
    QVariant display(const Row &row, int column) const;

    AgentRoster &m_roster;
    std::vector<Row> m_rows;
    std::unordered_map<std::string, int> m_held;
    std::map<std::string, FileNotes> m_files;
    int m_shown = 0;
    RowChanges m_changes;
    int m_conflicts = 0;
    qint64 m_ttlMs = 300000;
    qint64 m_nowMs = 0;
};

} // namespace orrery::ui
