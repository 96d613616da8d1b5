// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/optionalnulls.h"

#include <algorithm>

namespace orrery {
namespace {

constexpr int kDeepest = 100;
/// References in a circle and unions could multiply without end.
constexpr int kMostDrops = 200'000;

bool names(const Json &list, std::string_view text)
{
    return list == text
           || (list.is_array() && std::find(list.begin(), list.end(), text) != list.end());
}

class NullDropper
{
public:
    explicit NullDropper(const Json &root) : m_root(root) {}

    void drop(Json &value, const Json &schema, const std::string &path, int depth)
    {
        if (!schema.is_object() || !value.is_structured() || depth > kDeepest
            || ++m_steps > kMostDrops)
            return;
        if (const Json *whole = referred(schema))
            drop(value, *whole, path, depth + 1);
        if (const auto parts = schema.find("allOf"); parts != schema.end() && parts->is_array())
            for (const Json &part : *parts)
                drop(value, part, path, depth + 1);
        for (const char *key : {"anyOf", "oneOf"})
            if (const auto parts = schema.find(key); parts != schema.end() && parts->is_array())
                for (const Json &part : *parts)
                    if (mayBe(value, part))
                        drop(value, part, path, depth + 1);
        if (value.is_object())
            dropMembers(value, schema, path.empty() ? "" : path + ".", depth);
        const auto items = schema.find("items");
        if (value.is_array() && items != schema.end())
            for (std::size_t i = 0; i < value.size(); ++i)
                drop(value[i], *items, path + "[" + std::to_string(i) + "]", depth + 1);
    }

    std::vector<std::string> dropped;

private:
    const Json *referred(const Json &schema) const
    {
        const auto ref = schema.find("$ref");
        if (ref == schema.end() || !ref->is_string())
            return nullptr;
        const std::string &text = ref->get_ref<const std::string &>();
        if (text.empty() || text[0] != '#')
            return nullptr;
        try {
            const Json::json_pointer place(text.substr(1));
            return m_root.contains(place) ? &m_root.at(place) : nullptr;
        } catch (const Json::exception &) {
            return nullptr; // no pointer: an $anchor, or a mistake
        }
    }

    /// The schema itself, or what it refers to.
    const Json &followed(const Json &schema) const
    {
        const Json *at = &schema;
        for (int i = 0; i < kDeepest && at->is_object(); ++i) {
            const Json *next = referred(*at);
            if (!next)
                break;
            at = next;
        }
        return *at;
    }

    bool takesNull(const Json &given, int depth = 0) const
    {
        if (depth > kDeepest)
            return true; // one that holds itself; then what was written stays

        const Json &schema = followed(given);
        if (!schema.is_object())
            return schema != false;
        if (schema.value("nullable", Json()) == true)
            return true;
        if (const auto type = schema.find("type"); type != schema.end() && !names(*type, "null"))
            return false;
        if (const auto values = schema.find("enum"); values != schema.end() && values->is_array())
            return std::find(values->begin(), values->end(), nullptr) != values->end();
        if (const auto value = schema.find("const"); value != schema.end())
            return value->is_null();
        for (const char *key : {"anyOf", "oneOf"})
            if (const auto parts = schema.find(key);
                parts != schema.end() && parts->is_array()
                && std::none_of(parts->begin(), parts->end(),
                                [&](const Json &part) { return takesNull(part, depth + 1); }))
                return false;
        if (const auto parts = schema.find("allOf"); parts != schema.end() && parts->is_array())
            return std::all_of(parts->begin(), parts->end(),
                               [&](const Json &part) { return takesNull(part, depth + 1); });
        return true;
    }

    bool mayBe(const Json &value, const Json &given) const
    {
        const Json &schema = followed(given);
        if (!schema.is_object() || !value.is_object())
            return true;
        const auto properties = schema.find("properties");
        if (properties == schema.end() || !properties->is_object())
            return true;
        return std::all_of(value.items().begin(), value.items().end(),
                           [&](const auto &member) { return properties->contains(member.key()); });
    }

    void dropMembers(Json &object, const Json &schema, const std::string &prefix, int depth)
    {
        const auto properties = schema.find("properties");
        if (properties == schema.end() || !properties->is_object())
            return;
        const Json required = schema.value("required", Json::array());
        for (auto it = object.begin(); it != object.end();) {
            const auto property = properties->find(it.key());
            if (property != properties->end() && it->is_null() && !names(required, it.key())
                && !takesNull(*property)) {
                dropped.push_back(prefix + it.key());
                it = object.erase(it);
                continue;
            }
            if (property != properties->end())
                drop(*it, *property, prefix + it.key(), depth + 1);
            ++it;
        }
    }

    const Json &m_root;
    int m_steps = 0;
};

} // namespace

std::vector<std::string> dropOptionalNulls(Json &value, const Json &schema)
{
    NullDropper dropper(schema);
    dropper.drop(value, schema, {}, 0);
    return std::move(dropper.dropped);
}

} // namespace orrery
