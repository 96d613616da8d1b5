// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace orrery::llm {

/// Servers cut a stream within a character of two UTF-16 units: one piece ends with `\ud83d`, the next begins with
/// `\ude00`. No JSON reader takes either. Here a half becomes a stand-in, and two stand-ins that meet become the character.

/// Writes JSON text anew with stand-ins for the halves that have no other half beside them. False, and `out` is left alone,
/// when there are none.
bool standInForHalves(std::string_view json, std::string &out);

/// Joins what meets; a half without its other becomes U+FFFD.
std::string joinHalves(std::string text);

/// The same for a text that comes in pieces: a half at the end of one waits for the next.
class HalfJoiner
{
public:
    std::string feed(std::string piece);
    std::string end() { return joinHalves(std::move(m_waiting)); }

private:
    std::string m_waiting;
};

} // namespace orrery::llm
