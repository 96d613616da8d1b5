// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/queryfields.h"

#include "core/state/querypattern.h"

#include <array>
#include <charconv>
#include <cmath>

namespace orrery::state {
namespace {

constexpr std::string_view aDuration = "a time such as 250ms, 2s or 1.5m";
constexpr std::string_view anAmount = "a number such as 1000 or 12.4k";

constexpr std::array<QueryFieldName, 13> fields{{
    {QueryField::Agent, "agent", "the name of an agent", false},
    {QueryField::Tool, "tool", "the name of a tool", false},
    {QueryField::Kind, "kind", "a kind of event such as tool_finished, or the first word of some",
     false},
    {QueryField::Level, "level", "debug, info, warn or error", true},
    {QueryField::Duration, "dur", aDuration, true},
    {QueryField::Tokens, "tok", anAmount, true},
    {QueryField::Cost, "cost", "an amount in dollars such as 0.25", true},
    {QueryField::Seq, "seq", "the number of an event", true},
    {QueryField::Call, "call", "the id of a call", false},
    {QueryField::Run, "run", "the id of a run", false},
    {QueryField::Duration, "duration", aDuration, true},
    {QueryField::Tokens, "tokens", anAmount, true},
    {QueryField::Agent, "by", "the name of an agent", false},
}};

struct Unit {
    std::string_view name;
    double factor;
};

/// A decimal number, at least 0, and one of the units.
std::optional<std::int64_t> measured(std::string_view text, std::span<const Unit> units)
{
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || end == text.data() || number < 0)
        return {};
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const Unit &each : units) {
        const double value = number * each.factor;
        if (each.name == unit && value < 9e18)
            return std::llround(value);
    }
    return {};
}

} // namespace

std::span<const QueryFieldName> queryFields() { return fields; }

const QueryFieldName *findQueryField(std::string_view name)
{
    const std::string wanted = lowered(name);
    for (const QueryFieldName &field : fields)
        if (field.name == wanted)
            return &field;
    return nullptr;
}

std::optional<std::int64_t> parseDuration(std::string_view text)
{
    constexpr std::array<Unit, 7> units{
        {{"us", 1}, {"µs", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"min", 60e6}, {"h", 3600e6}}};
    return measured(text, units);
}

std::optional<std::int64_t> parseAmount(std::string_view text)
{
    constexpr std::array<Unit, 4> units{{{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}}};
    return measured(text, units);
}

std::optional<std::int64_t> parseDollars(std::string_view text)
{
    constexpr std::array<Unit, 1> units{{{"", 1e9}}};
    if (text.starts_with('$'))
        text.remove_prefix(1);
    return measured(text, units);
}

std::optional<Level> parseLevel(std::string_view text)
{
    const std::string wanted = lowered(text);
    for (const Level level : {Level::Debug, Level::Info, Level::Warn, Level::Error})
        if (wanted == toString(level))
            return level;
    if (wanted == "warning")
        return Level::Warn;
    return {};
}

bool isKind(std::string_view kindName, std::string_view value)
{
    if (matchesName(kindName, value))
        return true;
    return kindName.size() > value.size() && kindName[value.size()] == '_'
           && kindName.starts_with(value);
}

} // namespace orrery::state
