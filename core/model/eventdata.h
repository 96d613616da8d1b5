// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"
#include "core/model/jsonwriter.h"

#include <atomic>
#include <initializer_list>
#include <string>
#include <utility>

namespace orrery {

/// The data of an event: a JSON object. It is kept as text, which is what a journal holds and costs one allocation; who
/// reads it as a tree pays for the tree then, once for all readers. Immutable; reading is thread-safe.
class EventData
{
public:
    EventData() = default;
    EventData(const Json &tree) { appendJson(m_text = {}, tree); }
    EventData(Json::initializer_list_t members) : EventData(Json(members)) {}
    /// `text` is a JSON object. O(1).
    static EventData fromText(std::string text);

    EventData(const EventData &other) : m_text(other.m_text) {}
    EventData(EventData &&other) noexcept
        : m_text(std::move(other.m_text)), m_tree(other.m_tree.exchange(nullptr))
    {}
    EventData &operator=(EventData other) noexcept
    {
        m_text.swap(other.m_text);
        m_tree = other.m_tree.exchange(m_tree);
        return *this;
    }
    ~EventData() { delete m_tree.load(std::memory_order_relaxed); }

    const std::string &text() const { return m_text; }

    /// Parsed at the first call, which is O(bytes).
    const Json &json() const;
    operator const Json &() const { return json(); }
    const Json &operator[](const char *key) const
    {
        return json()[key];
    } ///< the key has to be there
    const Json &at(const char *key) const { return json().at(key); }
    bool contains(const char *key) const { return json().contains(key); }
    template <typename Value>
    auto value(const char *key, Value &&fallback) const
    {
        return json().value(key, std::forward<Value>(fallback));
    }

private:
    std::string m_text{"{}"};
    mutable std::atomic<const Json *> m_tree{nullptr};
};

/// The same as EventData(jsonObject(members)), written as text at once.
EventData eventData(std::initializer_list<JsonField> members);

} // namespace orrery
