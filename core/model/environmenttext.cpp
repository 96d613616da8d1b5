// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/environmenttext.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace orrery {
namespace {

constexpr std::string_view kNameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/// The next `${NAME}` from `from` on: where it begins, and its name; an empty name for none.
std::pair<std::size_t, std::string> nextVariable(std::string_view text, std::size_t from)
{
    for (auto at = text.find("${", from); at != std::string_view::npos;
         at = text.find("${", at + 2)) {
        const auto end = std::min(text.find_first_not_of(kNameCharacters, at + 2), text.size());
        if (end > at + 2 && end < text.size() && text[end] == '}')
            return {at, std::string(text.substr(at + 2, end - at - 2))};
    }
    return {text.size(), {}};
}

} // namespace

std::vector<std::string> variablesIn(std::string_view text)
{
    std::vector<std::string> names;
    for (auto [at, name] = nextVariable(text, 0); !name.empty();
         std::tie(at, name) = nextVariable(text, at + name.size() + 3))
        names.push_back(name);
    return names;
}

Result<std::string> withVariables(std::string_view text)
{
    std::string filled;
    std::size_t done = 0;
    for (auto [at, name] = nextVariable(text, 0); !name.empty();
         std::tie(at, name) = nextVariable(text, done)) {
        const char *value = std::getenv(name.c_str());
        if (!value)
            return fail(ErrorCode::InvalidArgument,
                        "the environment variable " + name + " is not set");
        filled.append(text.substr(done, at - done)).append(trimmed(value));
        done = at + name.size() + 3;
    }
    return filled.append(text.substr(done));
}

} // namespace orrery
