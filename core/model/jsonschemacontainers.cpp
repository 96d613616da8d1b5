// SPDX-License-Identifier: GPL-3.0-or-later
// The keywords for lists and objects.
#include "core/model/jsonschemacheck.h"
#include "core/model/strictjson.h"

#include <algorithm>

namespace orrery {

void SchemaCheck::checkList(const Json &schema, const Json &list)
{
    checkCount(schema, "minItems", "maxItems", list.size(), {"item", "items"});
    checkItems(schema, list);
    checkContains(schema, list);
    if (const Json *unique = keyword(schema, "uniqueItems"); unique && *unique == true)
        checkUnique(list);
}

void SchemaCheck::checkItems(const Json &schema, const Json &list)
{
    const Json *items = keyword(schema, "items");
    const Json *first = keyword(schema, "prefixItems");
    const Json *others = items;
    if (items && items->is_array()) { // draft-07's way to say prefixItems
        first = items;
        others = keyword(schema, "additionalItems");
    }
    const std::size_t count = first && first->is_array() ? first->size() : 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i < count)
            checkPart((*first)[i], list[i], std::to_string(i));
        else if (others)
            checkPart(*others, list[i], std::to_string(i));
    }
}

void SchemaCheck::checkUnique(const Json &list)
{
    std::vector<std::size_t> order(list.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    // Sorting brings equal items together, so that a long list takes no quadratic time.
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return list[a] < list[b]; });
    for (std::size_t i = 1; i < order.size(); ++i)
        if (list[order[i - 1]] == list[order[i]])
            return report("expected no item twice, but items " + std::to_string(order[i - 1])
                          + " and " + std::to_string(order[i]) + " are equal");
}

void SchemaCheck::checkContains(const Json &schema, const Json &list)
{
    const Json *wanted = keyword(schema, "contains");
    if (!wanted)
        return;
    const auto count = std::size_t(std::count_if(
        list.begin(), list.end(), [&](const Json &item) { return satisfies(*wanted, item); }));
    if (!schema.contains("minContains") && count == 0)
        report("expected an item that satisfies " + shortened(*wanted));
    checkCount(schema, "minContains", "maxContains", count,
               {"item as described", "items as described"});
}

void SchemaCheck::checkObject(const Json &schema, const Json &object)
{
    if (const Json *names = keyword(schema, "required"))
        checkRequired(*names, object, {});
    checkCount(schema, "minProperties", "maxProperties", object.size(), {"property", "properties"});
    for (const auto &[key, value] : object.items())
        checkProperty(schema, key, value);
    checkDependents(schema, object);
}

void SchemaCheck::checkProperty(const Json &schema, const std::string &key, const Json &value)
{
    bool isDescribed = false;
    if (const Json *known = keyword(schema, "properties"); known && known->contains(key)) {
        isDescribed = true;
        checkPart(known->at(key), value, key);
    }
    if (const Json *map = keyword(schema, "patternProperties"); map && map->is_object())
        for (const auto &[pattern, part] : map->items())
            if (matches(pattern, key)) {
                isDescribed = true;
                checkPart(part, value, key);
            }
    if (const Json *others = keyword(schema, "additionalProperties"); others && !isDescribed) {
        if (*others == false)
            report(m_pointer + "/" + escapePointer(key), "unexpected property");
        else
            checkPart(*others, value, key);
    }
    if (const Json *names = keyword(schema, "propertyNames"))
        for (const SchemaViolation &violation : without(*names, Json(key)))
            report("property name " + Json(key).dump() + ": " + violation.message);
}

void SchemaCheck::checkRequired(const Json &names, const Json &object, const std::string &because)
{
    for (const Json &name : names)
        if (name.is_string() && !object.contains(name.get_ref<const std::string &>()))
            report("missing property " + name.dump() + because);
}

void SchemaCheck::checkDependents(const Json &schema, const Json &object)
{
    if (const Json *map = keyword(schema, "dependentRequired"); map && map->is_object())
        for (const auto &[key, names] : map->items())
            if (object.contains(key))
                checkRequired(names, object, ", which " + Json(key).dump() + " needs");
    if (const Json *map = keyword(schema, "dependentSchemas"); map && map->is_object())
        for (const auto &[key, part] : map->items())
            if (object.contains(key))
                check(part, object);
}

} // namespace orrery
