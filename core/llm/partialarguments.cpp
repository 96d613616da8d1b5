// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/partialarguments.h"

#include "core/model/jsonfields.h"

#include <string>
#include <string_view>

namespace orrery::llm {
namespace {

constexpr std::size_t kMostElements = 100000;

/// The next step of a path: a name, or an index. False at its end, and for what is no path.
struct Step {
    std::string name;
    std::size_t index = 0;
    bool isIndex = false;
};

bool takeStep(std::string_view &path, Step &step)
{
    if (path.starts_with('.')) {
        path.remove_prefix(1);
        const std::size_t end = std::min(path.find_first_of(".["), path.size());
        step = {std::string(path.substr(0, end)), 0, false};
        path.remove_prefix(end);
        return !step.name.empty();
    }
    const std::size_t close = path.find(']');
    if (!path.starts_with('[') || close == std::string_view::npos)
        return false;
    std::string_view inside = path.substr(1, close - 1);
    path.remove_prefix(close + 1);
    if (inside.size() >= 2 && (inside.front() == '\'' || inside.front() == '"')) {
        step = {std::string(inside.substr(1, inside.size() - 2)), 0, false};
        return true;
    }
    step = {{}, 0, true};
    for (const char c : inside) {
        if (c < '0' || c > '9' || step.index > kMostElements)
            return false;
        step.index = step.index * 10 + std::size_t(c - '0');
    }
    return !inside.empty() && step.index <= kMostElements;
}

Json valueOf(const Json &partial)
{
    for (const char *key : {"stringValue", "numberValue", "boolValue"})
        if (const Json &value = field::at(partial, key); !value.is_null())
            return value;
    return {};
}

} // namespace

void addPartialArgument(Json &arguments, const Json &partial)
{
    const Json &where = field::at(partial, "jsonPath");
    if (!where.is_string())
        return;
    std::string_view path = where.get_ref<const std::string &>();
    if (!path.starts_with('$'))
        return;
    path.remove_prefix(1);
    Json *place = &arguments;
    for (Step step; !path.empty();) {
        if (!takeStep(path, step))
            return;
        if (place->is_null())
            *place = step.isIndex ? Json::array() : Json::object();
        if (step.isIndex != place->is_array() || !place->is_structured())
            return;
        if (step.isIndex && place->size() <= step.index)
            place->get_ref<Json::array_t &>().resize(step.index + 1);
        place = step.isIndex ? &(*place)[step.index] : &(*place)[step.name];
    }
    Json value = valueOf(partial);
    if (place == &arguments)
        return;
    if (place->is_string() && value.is_string())
        *place = place->get<std::string>() + value.get<std::string>();
    else
        *place = std::move(value);
}

} // namespace orrery::llm
