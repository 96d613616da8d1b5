// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/claimsmodel.h"

#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"

#include <algorithm>
#include <iterator>

namespace orrery::ui {
namespace {

/// A claim to the end of the file may name a line far beyond it; such lines do not stretch the map.
constexpr int farLine = 1'000'000;

void stretch(int &maxLine, int line)
{
    if (line < farLine)
        maxLine = std::max(maxLine, line);
}

} // namespace

ClaimsModel::ClaimsModel(AgentRoster &roster, QObject *parent)
    : QAbstractTableModel(parent), m_roster(roster)
{}

int ClaimsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_shown;
}

int ClaimsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ClaimsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    static const char *const names[] = {"Agent", "File",   "Lines", "Claimed",
                                        "Left",  "Denied", "Edits", "State"};
    static_assert(std::size(names) == ColumnCount);
    static const char *const tips[] = {"Who holds the lines",
                                       "The file in the workspace",
                                       "First and last line",
                                       "When the claim was made or renewed",
                                       "Time until the claim expires",
                                       "How often others were refused lines of it",
                                       "Edits inside the claim / outside it",
                                       "Held, released or expired"};
    static_assert(std::size(tips) == ColumnCount);
    if (role == Qt::ToolTipRole)
        return tr(tips[section]);
    return role == Qt::DisplayRole ? tr(names[section]) : QVariant();
}

void ClaimsModel::reset()
{
    beginResetModel();
    m_rows.clear();
    m_held.clear();
    m_files.clear();
    m_changes = {};
    m_shown = 0;
    m_conflicts = 0;
    m_ttlMs = 300000;
    endResetModel();
    emit mapChanged();
}

void ClaimsModel::apply(const std::vector<EventPtr> &batch)
{
    bool touched = false;
    for (const EventPtr &event : batch) {
        m_roster.learn(*event);
        switch (event->kind) {
        case EventKind::RunStarted:
        case EventKind::RunFinished:
        case EventKind::ClaimGranted:
        case EventKind::ClaimDenied:
        case EventKind::ClaimReleased:
        case EventKind::ClaimExpired:
        case EventKind::ClaimMoved:
        case EventKind::FileEdited:
            applyOne(*event);
            touched = true;
            break;
        default: break;
        }
    }
    if (const auto span = m_changes.take(m_shown))
        emit dataChanged(index(span->first, 0), index(span->second, ColumnCount - 1));
    if (const int count = static_cast<int>(m_rows.size()); count > m_shown) {
        beginInsertRows({}, m_shown, count - 1);
        m_shown = count;
        endInsertRows();
    }
    if (touched)
        emit mapChanged();
}

void ClaimsModel::applyOne(const Event &event)
{
    switch (event.kind) {
    case EventKind::RunStarted:
        m_ttlMs = std::max<qint64>(1, Fields(event.data).integer("claim_ttl_ms", 300000));
        endAll(event.timeUs / 1000);
        break;
    case EventKind::RunFinished: endAll(event.timeUs / 1000); break;
    case EventKind::ClaimGranted: grant(event); break;
    case EventKind::ClaimDenied: deny(event); break;
    case EventKind::ClaimReleased: end(event, ClaimState::Released); break;
    case EventKind::ClaimExpired: end(event, ClaimState::Expired); break;
    case EventKind::ClaimMoved: move(event); break;
    default: edit(event); break;
    }
}

std::string ClaimsModel::key(const std::string &agent, const std::string &file)
{
    return agent + '\n' + file;
}

int ClaimsModel::heldRow(const std::string &agent, const std::string &file) const
{
    const auto found = m_held.find(key(agent, file));
    return found == m_held.end() ? -1 : found->second;
}

void ClaimsModel::grant(const Event &event)
{
    const Fields data(event.data);
    const std::string file(data.view("file"));
    int at = heldRow(event.agent, file);
    QString replaced;
    if (at >= 0) {
        const Row &old = m_rows[static_cast<std::size_t>(at)];
        replaced = format::lines(old.start, old.end);
    } else {
        at = static_cast<int>(m_rows.size());
        m_rows.emplace_back();
        m_held[key(event.agent, file)] = at;
        m_rows.back().agent = event.agent;
        m_rows.back().file = file;
        m_rows.back().seq = event.seq;
        if (const Fields before = data.object("replaced"); before.has("start"))
            replaced = format::lines(before.line("start"), before.line("end"));
    }
    Row &row = m_rows[static_cast<std::size_t>(at)];
    row.start = data.line("start");
    row.end = std::max<qint64>(row.start, data.line("end"));
    row.claimedMs = event.timeUs / 1000;
    row.expiresMs = data.integer("expires_at_ms", row.claimedMs + m_ttlMs);
    row.replaced = replaced;
    m_changes.touch(at);
}

void ClaimsModel::deny(const Event &event)
{
    const Fields data(event.data);
    ClaimMapData::Denied denied;
    denied.agent = event.agent;
    denied.start = data.line("start");
    denied.end = std::max(denied.start, data.line("end"));
    denied.holder = data.view("holder");
    denied.holderStart = data.line("holder_start");
    denied.holderEnd = data.line("holder_end");
    denied.timeMs = event.timeUs / 1000;
    denied.via = data.view("via");
    denied.expiresInMs = data.integer("expires_in_ms", 0);
    const std::string file(data.view("file"));
    if (const int at = heldRow(denied.holder, file); at >= 0) {
        ++m_rows[static_cast<std::size_t>(at)].conflicts;
        m_changes.touch(at);
    }
    ++m_conflicts;
    m_files[file].denied.push_back(std::move(denied));
}

void ClaimsModel::end(const Event &event, ClaimState state)
{
    const std::string file(Fields(event.data).view("file"));
    const auto found = m_held.find(key(event.agent, file));
    if (found == m_held.end())
        return;
    Row &row = m_rows[static_cast<std::size_t>(found->second)];
    row.state = state;
    row.endedMs = event.timeUs / 1000;
    m_changes.touch(found->second);
    m_held.erase(found);
}

void ClaimsModel::move(const Event &event)
{
    const Fields data(event.data);
    const int at = heldRow(event.agent, std::string(data.view("file")));
    if (at < 0)
        return;
    Row &row = m_rows[static_cast<std::size_t>(at)];
    row.start = data.line("start");
    row.end = std::max<qint64>(row.start, data.line("end"));
    m_changes.touch(at);
}

void ClaimsModel::edit(const Event &event)
{
    const Fields data(event.data);
    const std::string file(data.view("file"));
    ClaimMapData::Edit edit;
    edit.agent = event.agent;
    edit.start = data.line("start");
    edit.end = std::max(edit.start, data.line("end"));
    edit.inside = data.flag("inside_claim");
    edit.timeMs = event.timeUs / 1000;
    const int at = heldRow(event.agent, file);
    if (at < 0) {
        m_files[file].loose.push_back(std::move(edit));
        return;
    }
    Row &row = m_rows[static_cast<std::size_t>(at)];
    ++(edit.inside ? row.editsIn : row.editsOut);
    row.edits.push_back(std::move(edit));
    m_changes.touch(at);
}

void ClaimsModel::endAll(qint64 atMs)
{
    for (const auto &[name, at] : m_held) {
        Row &row = m_rows[static_cast<std::size_t>(at)];
        row.state = ClaimState::Ended;
        row.endedMs = atMs;
        m_changes.touch(at);
    }
    m_held.clear();
}

bool ClaimsModel::isActive(const Row &row) const
{
    return row.state == ClaimState::Active && (m_nowMs == 0 || m_nowMs < row.expiresMs);
}

int ClaimsModel::activeClaims() const
{
    return static_cast<int>(std::count_if(m_held.begin(), m_held.end(), [this](const auto &entry) {
        return isActive(m_rows[static_cast<std::size_t>(entry.second)]);
    }));
}

void ClaimsModel::setNow(qint64 nowMs)
{
    if (nowMs == m_nowMs)
        return;
    m_nowMs = nowMs;
    RowChanges counting;
    for (const auto &[name, at] : m_held)
        counting.touch(at);
    if (const auto span = counting.take(m_shown))
        emit dataChanged(index(span->first, ExpiresIn), index(span->second, State));
}

ClaimMapData ClaimsModel::mapData(qint64 sinceMs) const
{
    std::map<std::string, ClaimMapData::File> files;
    const auto fileFor = [&](const std::string &name) -> ClaimMapData::File & {
        ClaimMapData::File &file = files[name];
        file.file = name;
        return file;
    };
    const auto colored = [this](ClaimMapData::Edit edit) {
        edit.colorIndex = m_roster.colorIndex(edit.agent);
        return edit;
    };
    for (const Row &row : m_rows) {
        if (row.state != ClaimState::Active && row.endedMs < sinceMs)
            continue;
        ClaimMapData::File &file = fileFor(row.file);
        ClaimMapData::Bar bar;
        bar.agent = row.agent;
        bar.monogram = m_roster.monogram(row.agent);
        bar.agentIndex = m_roster.indexOf(row.agent);
        bar.colorIndex = m_roster.colorIndex(row.agent);
        bar.start = static_cast<int>(row.start);
        bar.end = static_cast<int>(row.end);
        bar.claimedMs = row.claimedMs;
        bar.expiresMs = row.expiresMs;
        bar.active = isActive(row);
        stretch(file.maxLine, bar.start);
        stretch(file.maxLine, bar.end);
        for (const ClaimMapData::Edit &edit : row.edits) {
            stretch(file.maxLine, edit.end);
            bar.edits.push_back(colored(edit));
        }
        file.bars.push_back(std::move(bar));
    }
    for (const auto &[name, notes] : m_files) {
        for (ClaimMapData::Denied denied : notes.denied) {
            if (denied.timeMs < sinceMs)
                continue;
            denied.monogram = m_roster.monogram(denied.agent);
            denied.agentIndex = m_roster.indexOf(denied.agent);
            denied.colorIndex = m_roster.colorIndex(denied.agent);
            ClaimMapData::File &file = fileFor(name);
            for (const int line : {denied.start, denied.end, denied.holderEnd})
                stretch(file.maxLine, line);
            file.denied.push_back(std::move(denied));
        }
        for (const ClaimMapData::Edit &edit : notes.loose) {
            if (edit.timeMs < sinceMs)
                continue;
            ClaimMapData::File &file = fileFor(name);
            stretch(file.maxLine, edit.end);
            file.looseEdits.push_back(colored(edit));
        }
    }
    ClaimMapData map;
    for (auto &[name, file] : files)
        map.files.push_back(std::move(file));
    return map;
}

QVariant ClaimsModel::display(const Row &row, int column) const
{
    switch (column) {
    case Agent: return toQString(row.agent);
    case File: return toQString(row.file);
    case Lines: return format::lines(row.start, row.end);
    case Claimed: return format::clockTime(row.claimedMs * 1000);
    case ExpiresIn:
        return row.state == ClaimState::Active && m_nowMs > 0
                   ? format::remaining(row.expiresMs - m_nowMs)
                   : format::unknown();
    case Conflicts: return QString::number(row.conflicts);
    case Edits: return QStringLiteral("%1/%2").arg(row.editsIn).arg(row.editsOut);
    case State: {
        if (row.state == ClaimState::Released)
            return tr("Released");
        if (row.state == ClaimState::Ended)
            return tr("Ended with the run");
        if (!isActive(row))
            return tr("Expired");
        return row.replaced.isEmpty() ? tr("Held") : tr("Held, replaced %1").arg(row.replaced);
    }
    default: return {};
    }
}

QVariant ClaimsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole: return display(row, index.column());
    case Qt::TextAlignmentRole:
        if (index.column() >= Lines && index.column() <= Edits)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        return {};
    case AgentRole: return toQString(row.agent);
    case ColorIndexRole: return m_roster.colorIndex(row.agent);
    case AgentIndexRole: return m_roster.indexOf(row.agent);
    case MonogramRole: return m_roster.monogram(row.agent);
    case FileRole: return toQString(row.file);
    case StartRole: return row.start;
    case EndRole: return row.end;
    case ClaimedMsRole: return row.claimedMs;
    case ExpiresMsRole: return row.expiresMs;
    case TtlMsRole: return std::max<qint64>(1, row.expiresMs - row.claimedMs);
    case ActiveRole: return isActive(row);
    case StateRole: return static_cast<int>(row.state);
    case SeqRole: return row.seq;
    default: return {};
    }
}

} // namespace orrery::ui
