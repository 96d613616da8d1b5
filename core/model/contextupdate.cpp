// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/contextupdate.h"

namespace orrery {

namespace {

void deepMerge(Json &target, const Json &patch)
{
    if (!target.is_object() || !patch.is_object()) {
        target = patch;
        return;
    }
    for (const auto &[key, value] : patch.items()) {
        const auto it = target.find(key);
        if (it != target.end() && it->is_object() && value.is_object())
            deepMerge(*it, value);
        else
            target[key] = value;
    }
}

} // namespace

void ContextUpdate::append(std::string_view key, Json value)
{
    if (m_entries.empty() || m_entries.back().op != Op::Append || m_entries.back().key != key)
        add(Op::Append, std::string(key), Json::array());
    m_entries.back().value.push_back(std::move(value));
}

Result<void> ContextUpdate::applyTo(Json &deps) const
{
    for (const Entry &entry : m_entries) {
        switch (entry.op) {
        case Op::Set: deps[entry.key] = entry.value; break;
        case Op::Merge: deepMerge(deps[entry.key], entry.value); break;
        case Op::Delete: deps.erase(entry.key); break;
        case Op::Append: {
            Json &list = deps[entry.key];
            if (list.is_null() || list == false)
                list = Json::array();
            if (!list.is_array())
                return fail(ErrorCode::InvalidArgument, "cannot append to \"" + entry.key
                                                            + "\", which is " + list.type_name()
                                                            + " and not a list");
            list.insert(list.end(), entry.value.begin(), entry.value.end());
            break;
        }
        }
    }
    return {};
}

Result<ContextUpdate> ContextUpdate::fromJson(const Json &ops)
{
    if (!ops.is_array())
        return fail(ErrorCode::InvalidArgument, "expected a list of operations");
    ContextUpdate update;
    for (const Json &item : ops) {
        if (!item.is_object() || !item.contains("op") || !item["op"].is_string()
            || !item.contains("key") || !item["key"].is_string())
            return fail(ErrorCode::InvalidArgument,
                        "expected an operation with \"op\" and \"key\"");
        const std::string op = item["op"];
        const std::string key = item["key"];
        const Json value = item.contains("value") ? item["value"] : Json();
        if (op == "set")
            update.set(key, value);
        else if (op == "merge")
            update.merge(key, value);
        else if (op == "append")
            update.append(key, value);
        else if (op == "delete")
            update.remove(key);
        else
            return fail(ErrorCode::InvalidArgument, "unknown operation \"" + op + "\"");
    }
    return update;
}

Json ContextUpdate::toJson() const
{
    Json ops = Json::array();
    for (const Entry &entry : m_entries) {
        const auto put = [&](const char *op, const Json &value) {
            ops.push_back({{"op", op}, {"key", entry.key}, {"value", value}});
        };
        switch (entry.op) {
        case Op::Set: put("set", entry.value); break;
        case Op::Merge: put("merge", entry.value); break;
        case Op::Delete: ops.push_back({{"op", "delete"}, {"key", entry.key}}); break;
        case Op::Append:
            for (const Json &value : entry.value)
                put("append", value);
            break;
        }
    }
    return ops;
}

} // namespace orrery
