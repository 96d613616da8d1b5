// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/eventdata.h"

#include <memory>

namespace orrery {

EventData EventData::fromText(std::string text)
{
    EventData data;
    data.m_text = std::move(text);
    return data;
}

const Json &EventData::json() const
{
    if (const Json *tree = m_tree.load(std::memory_order_acquire))
        return *tree;
    auto parsed = std::make_unique<Json>(Json::parse(m_text, nullptr, false));
    if (parsed->is_discarded())
        *parsed = Json::object();
    // Several threads may be here at once; the first one's tree stays.
    const Json *held = nullptr;
    if (m_tree.compare_exchange_strong(held, parsed.get(), std::memory_order_acq_rel,
                                       std::memory_order_acquire))
        return *parsed.release();
    return *held;
}

EventData eventData(std::initializer_list<JsonField> members)
{
    // Written into a buffer that is there already: the text takes one allocation of just its size.
    thread_local std::string buffer;
    buffer.clear();
    appendJsonObject(buffer, members);
    return EventData::fromText(buffer);
}

} // namespace orrery
