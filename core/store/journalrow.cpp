// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journalrow.h"

#include "core/model/boundedjson.h"

#include <QUtf8StringView>

namespace orrery::store {

namespace {

const char *typeOf(const Cell &cell)
{
    switch (cell.type) {
    case Cell::Type::Null: return "nothing";
    case Cell::Type::Integer: return "a whole number";
    case Cell::Type::Real: return "a number";
    case Cell::Type::Text: return "a text";
    case Cell::Type::Blob: return "bytes";
    }
    return "nothing";
}

bool isObject(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{'
           && isBoundedJson(text, kDeepestOwnJson);
}

/// What makes a row useless; null when it can be used.
const char *uselessPart(const JournalRow &row, const KindNames &kinds)
{
    if (row.kind.type != Cell::Type::Integer || !kinds.contains(row.kind.integer))
        return "its kind has no name in this journal";
    if (!isText(row.run))
        return "its run is no text";
    if (!isText(row.agent))
        return "its agent is no text";
    if (row.data.type == Cell::Type::Null)
        return "its data is missing";
    if (row.data.type != Cell::Type::Text || !isObject(row.data.bytes))
        return "its data is no JSON object, or too deep";
    return nullptr;
}

/// The number if it is one within these bounds; else the nearest, and a note of it.
std::int64_t numberIn(const Cell &cell, std::int64_t least, std::int64_t most, const char *name,
                      std::int64_t otherwise, std::string &damage)
{
    if (cell.type == Cell::Type::Integer && cell.integer >= least && cell.integer <= most)
        return cell.integer;
    damage += (damage.empty() ? "its " : ", its ") + std::string(name) + " is "
              + (cell.type == Cell::Type::Integer ? std::to_string(cell.integer) : typeOf(cell));
    return otherwise;
}

} // namespace

bool isText(const Cell &cell)
{
    return cell.type == Cell::Type::Text
           && QUtf8StringView(cell.bytes.data(), qsizetype(cell.bytes.size())).isValidUtf8();
}

void decodeNumbers(const JournalRow &row, Event &event, std::string &damage)
{
    event.timeUs = numberIn(row.timeUs, 0, kLastTimeUs, "time", 0, damage);
    event.durationUs = numberIn(row.durationUs, 0, kLastTimeUs, "duration", 0, damage);
    event.parent =
        static_cast<std::uint64_t>(numberIn(row.parent, 0, row.seq - 1, "parent", 0, damage));
}

DecodedRow decodeRow(const JournalRow &row, const KindNames &kinds)
{
    const std::string name = "Event " + std::to_string(row.seq);
    if (const char *why = uselessPart(row, kinds))
        return {nullptr, name + " is left out: " + why + "."};
    auto event = std::make_shared<Event>();
    std::string damage;
    event->seq = static_cast<std::uint64_t>(row.seq);
    const KindName &kind = kinds.at(row.kind.integer);
    event->kind = kind.kind;
    if (kind.kind == EventKind::Count)
        event->kindName = kind.name;
    event->run = row.run.bytes;
    event->agent = row.agent.bytes;
    decodeNumbers(row, *event, damage);
    event->data = EventData::fromText(std::string(row.data.bytes));
    if (!damage.empty())
        damage = name + " is not whole: " + damage + ".";
    return {std::move(event), std::move(damage)};
}

} // namespace orrery::store
