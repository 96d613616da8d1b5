// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/strictjson.h"

#include <algorithm>
#include <set>
#include <vector>

namespace orrery {
namespace {

/// No sensible file comes near; whoever walks the result may recurse.
constexpr int kDeepestTeamFile = 100;

/// Follows the parser through the text and remembers the first key that comes again.
class RepeatedKeys
{
public:
    /// False for what is nested too deeply to be read.
    bool see(int depth, Json::parse_event_t event, const Json &parsed)
    {
        using Event = Json::parse_event_t;
        if (depth > kDeepestTeamFile) {
            m_tooDeep = true;
            return false;
        }
        switch (event) {
        case Event::object_start:
        case Event::array_start:
            countElement();
            m_levels.push_back({event == Event::array_start, {}, {}, 0});
            break;
        case Event::object_end:
        case Event::array_end: m_levels.pop_back(); break;
        case Event::key:
            m_levels.back().key = parsed.get<std::string>();
            if (!m_levels.back().keys.insert(m_levels.back().key).second && m_pointer.empty())
                m_pointer = pointer();
            break;
        case Event::value: countElement(); break;
        }
        return true;
    }

    const std::string &firstPointer() const { return m_pointer; }
    bool tooDeep() const { return m_tooDeep; }

private:
    struct Level {
        bool isArray;
        std::string key;
        std::set<std::string> keys;
        std::size_t count;
    };

    void countElement()
    {
        if (!m_levels.empty() && m_levels.back().isArray)
            ++m_levels.back().count;
    }

    std::string pointer() const
    {
        std::string text;
        for (const Level &level : m_levels)
            text +=
                "/" + (level.isArray ? std::to_string(level.count - 1) : escapePointer(level.key));
        return text;
    }

    std::vector<Level> m_levels;
    std::string m_pointer;
    bool m_tooDeep = false;
};

/// `line 3, column 7` of the byte at which the parser stopped.
std::string place(std::string_view text, std::size_t byte)
{
    const std::string_view before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t lineStart = before.rfind('\n') + 1; // npos + 1 is 0
    // Continuation bytes of UTF-8 are not columns of their own.
    const auto column =
        1 + std::count_if(before.begin() + std::ptrdiff_t(lineStart), before.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        });
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// The parser's own words, without its name and its idea of the place.
std::string reason(std::string_view what)
{
    const auto mark = what.find("syntax error");
    if (mark == std::string_view::npos)
        return std::string(what);
    const auto detail = what.find(" - ", mark);
    return std::string(what.substr(detail == std::string_view::npos ? mark : detail + 3));
}

} // namespace

std::string escapePointer(std::string_view key)
{
    std::string text;
    for (const char c : key) {
        if (c == '~')
            text += "~0";
        else if (c == '/')
            text += "~1";
        else
            text += c;
    }
    return text;
}

Result<Json> parseStrictJson(std::string_view text, const std::string &file)
{
    RepeatedKeys repeated;
    try {
        Json json = Json::parse(
            text.begin(), text.end(),
            [&repeated](int depth, Json::parse_event_t event, Json &parsed) {
                return repeated.see(depth, event, parsed);
            },
            true, true);
        if (repeated.tooDeep())
            return fail(ErrorCode::InvalidArgument, file + ": nested too deeply, expected at most "
                                                        + std::to_string(kDeepestTeamFile)
                                                        + " levels");
        if (!repeated.firstPointer().empty()) {
            return fail(ErrorCode::InvalidArgument, file + ": " + repeated.firstPointer()
                                                        + ": the key stands twice, expected once");
        }
        return json;
    } catch (const Json::parse_error &error) {
        return fail(ErrorCode::InvalidArgument, file + ": " + place(text, error.byte)
                                                    + ": not valid JSON: " + reason(error.what()));
    } catch (const Json::exception &error) { // for example a number out of range
        return fail(ErrorCode::InvalidArgument, file + ": not valid JSON: " + error.what());
    }
}

} // namespace orrery
