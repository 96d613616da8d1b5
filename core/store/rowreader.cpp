// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/rowreader.h"

#include "core/model/eventcolumns.h"
#include "core/base/utf8.h"
#include "core/store/eventrow.h"
#include "core/store/journaltable.h"

namespace orrery::store {

namespace {

constexpr std::int64_t kMostTokens = 4'000'000'000'000;
constexpr std::size_t kBytesAtATime = 8u << 20; ///< of data, where rows have to be made from it

/// In this order they follow `seq`.
constexpr const char *kRowOrder =
    "time_us, kind, run, agent, parent, duration_us, tool, call, tokens, output_tokens,"
    " cost_nano_usd, first_ms, detail, summary";

/// A number within bounds, or -1 for nothing if that is allowed.
bool readNumber(const Cell &cell, std::int64_t least, std::int64_t most, std::int64_t &value)
{
    if (cell.type == Cell::Type::Null && least < 0) {
        value = -1;
        return true;
    }
    value = cell.integer;
    return cell.type == Cell::Type::Integer && value >= std::max<std::int64_t>(0, least)
           && value <= most;
}

bool isSummary(const Cell &cell)
{
    return cell.type == Cell::Type::Text && cell.bytes.size() <= kSummaryBytes
           && cell.bytes.find('\n') == std::string_view::npos && isUtf8(cell.bytes);
}

} // namespace

Result<std::unique_ptr<RowReader>> RowReader::open(const std::string &path, Intern intern)
{
    auto table = JournalTable::open(path);
    if (!table)
        return fail(table.error());
    return std::unique_ptr<RowReader>(new RowReader(std::move(*table), std::move(intern)));
}

RowReader::RowReader(std::unique_ptr<JournalTable> table, Intern intern)
    : m_table(std::move(table)), m_intern(std::move(intern)),
      m_columns(m_table->hasRowColumns() ? kRowOrder : m_table->eventColumns())
{}

RowReader::~RowReader() = default;

Result<std::uint64_t> RowReader::lastSeq() { return lastSeqOf(m_table->database()); }
bool RowReader::isBeingWritten() { return m_table->database().file().isLocked(); }
std::vector<Damage> RowReader::damage() const { return m_table->damage().list(); }
std::size_t RowReader::damageCount() const { return m_table->damage().size(); }

Result<std::uint64_t> RowReader::read(std::uint64_t fromSeq, std::uint64_t beforeSeq,
                                      std::size_t most, const Take &take)
{
    std::uint64_t next = beforeSeq;
    std::size_t rows = 0;
    std::size_t bytes = 0;
    const auto done = m_table->walk(fromSeq, m_columns, [&](const RowWalk &walk) {
        const auto seq = std::uint64_t(walk.seq());
        if (seq >= beforeSeq)
            return false;
        bytes += handOut(walk, take);
        if (++rows < most && bytes < kBytesAtATime)
            return true;
        next = seq + 1;
        return false;
    });
    if (!done)
        return fail(done.error());
    return next;
}

std::size_t RowReader::handOut(const RowWalk &walk, const Take &take)
{
    const auto seq = std::uint64_t(walk.seq());
    if (!m_table->hasRowColumns())
        return handOutFromData(seq, m_table->event(walk), take);
    EventRow row;
    if (readRow(walk, row)) {
        take(row);
        return 0;
    }
    return handOutFromData(seq, m_table->eventAt(seq), take);
}

std::size_t RowReader::handOutFromData(std::uint64_t seq, const EventPtr &event, const Take &take)
{
    if (!event)
        return 0;
    const EventColumns columns = columnsOf(*event);
    EventRow row = rowOf(*event, columns, m_intern);
    row.seq = seq;
    take(row);
    return event->data.text().size();
}

/// False when what stands there is not what this program writes; the event's data may still tell it.
bool RowReader::readRow(const RowWalk &walk, EventRow &row)
{
    const Statement &from = walk.row();
    const Cell kindCell = from.cell(2);
    const auto kind = kindCell.type == Cell::Type::Integer ? m_table->kinds().find(kindCell.integer)
                                                           : m_table->kinds().end();
    if (kind == m_table->kinds().end() || !isSummary(from.cell(14)))
        return false;
    std::int64_t first = 0;
    std::int64_t detail = 0;
    if (!readNumber(from.cell(9), 0, kMostTokens, row.tokens)
        || !readNumber(from.cell(10), 0, kMostTokens, row.outputTokens)
        || !readNumber(from.cell(11), -1, INT64_MAX, row.costNanoUsd)
        || !readNumber(from.cell(12), -1, INT32_MAX, first)
        || !readNumber(from.cell(13), 0, mostDetail(kind->second.kind), detail))
        return false;
    if (!readName(walk, 3, row.run) || !readName(walk, 4, row.agent) || !readName(walk, 7, row.tool)
        || !readName(walk, 8, row.call))
        return false;
    JournalRow cells;
    cells.seq = walk.seq();
    cells.timeUs = from.cell(1);
    cells.parent = from.cell(5);
    cells.durationUs = from.cell(6);
    Event numbers;
    std::string damage;
    decodeNumbers(cells, numbers, damage);
    if (!damage.empty())
        return false;
    row.seq = std::uint64_t(walk.seq());
    row.timeUs = numbers.timeUs;
    row.durationUs = numbers.durationUs;
    row.parent = numbers.parent;
    row.kind = kind->second.kind;
    row.kindName =
        row.kind == EventKind::Count ? m_intern(kind->second.name) : knownKindName(row.kind);
    row.firstMs = std::int32_t(first);
    row.detail = std::uint8_t(detail);
    row.summary = from.cell(14).bytes;
    return true;
}

bool RowReader::readName(const RowWalk &walk, int column, NameId &id)
{
    const Cell cell = walk.row().cell(column);
    if (cell.type != Cell::Type::Integer || cell.integer < 0)
        return false;
    id = nameOf(cell.integer);
    return true;
}

NameId RowReader::nameOf(std::int64_t number)
{
    if (number == 0)
        return 0;
    auto &chunk = m_names[number / 512];
    if (!chunk)
        chunk = std::make_unique<Names>();
    NameId &id = (*chunk)[std::size_t(number % 512)];
    if (id != 0)
        return id;
    m_table->namesFrom(number, [this](std::int64_t each, std::string_view name) {
        auto &place = m_names[each / 512];
        if (!place)
            place = std::make_unique<Names>();
        (*place)[std::size_t(each % 512)] = m_intern(name);
    });
    NameId &found = (*m_names[number / 512])[std::size_t(number % 512)];
    if (found == 0)
        found = m_intern(JournalTable::lostName(number));
    return found;
}

} // namespace orrery::store
