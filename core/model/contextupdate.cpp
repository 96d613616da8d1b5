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

const char *name(ContextUpdate::Op op)
{
    switch (op) {
    case ContextUpdate::Op::Set: return "set";
    case ContextUpdate::Op::Merge: return "merge";
    case ContextUpdate::Op::Append: return "append";
    case ContextUpdate::Op::Delete: return "delete";
    }
    return "set";
}

} // namespace

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
            list.push_back(entry.value);
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
        Json op = {{"op", name(entry.op)}, {"key", entry.key}};
        if (entry.op != Op::Delete)
            op["value"] = entry.value;
        ops.push_back(std::move(op));
    }
    return ops;
}

} // namespace orrery
