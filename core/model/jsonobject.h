// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <initializer_list>

namespace orrery {

struct JsonMember {
    const char *name;
    mutable Json value; ///< taken out by jsonObject()
};

/// An object of these members: `jsonObject({{"file", path}, {"line", 7}})`. The same as the braces alone, from which
/// nlohmann_json makes an array of each member first; this takes a third of the allocations, which counts for what is
/// published all the time.
inline Json jsonObject(std::initializer_list<JsonMember> members)
{
    Json json = Json::object();
    auto &object = json.get_ref<Json::object_t &>();
    for (const JsonMember &member : members)
        object.emplace(member.name, std::move(member.value));
    return json;
}

} // namespace orrery
