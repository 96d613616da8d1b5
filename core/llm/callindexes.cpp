// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/callindexes.h"

namespace orrery::llm {
namespace {

std::string textAt(const Json &object, const char *key)
{
    if (!object.is_object())
        return {};
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Json *memberOf(Json *object, const char *key)
{
    if (!object || !object->is_object())
        return nullptr;
    const auto it = object->find(key);
    return it == object->end() ? nullptr : &*it;
}

} // namespace

void CallIndexes::correct(Json &chunk)
{
    Json *choices = memberOf(&chunk, "choices");
    if (!choices || !choices->is_array() || choices->empty())
        return;
    Json *pieces = memberOf(memberOf(&choices->front(), "delta"), "tool_calls");
    if (!pieces || !pieces->is_array())
        return;
    for (Json &piece : *pieces)
        if (piece.is_object())
            piece["index"] = indexOf(piece);
}

std::int64_t CallIndexes::indexOf(const Json &piece)
{
    const std::string id = textAt(piece, "id");
    const bool isNamed = piece.contains("function") && !textAt(piece["function"], "name").empty();
    const auto given = piece.find("index");
    const bool isNumbered = given != piece.end() && given->is_number_integer();
    std::int64_t index = m_last;
    bool isNew = false;
    if (isNumbered) {
        const std::int64_t key = given->get<std::int64_t>();
        const auto known = m_current.find(key);
        isNew = known == m_current.end();
        index = isNew ? key : known->second;
    }
    const auto held = m_calls.find(index);
    const bool isTaken = held != m_calls.end();
    const bool isOther =
        isTaken && !id.empty() && !held->second.id.empty() && held->second.id != id;
    const bool isFurther = isTaken && !isNumbered && id.empty() && isNamed && held->second.isNamed;
    if (isOther || isFurther || (isTaken && isNew))
        index = m_calls.rbegin()->first + 1;
    m_last = index;
    if (isNumbered)
        m_current[given->get<std::int64_t>()] = index;
    Call &call = m_calls[index];
    if (!id.empty())
        call.id = id;
    call.isNamed = call.isNamed || isNamed;
    return index;
}

} // namespace orrery::llm
