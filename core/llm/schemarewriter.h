// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/schemarules.h"
#include "core/model/json.h"

#include <string>
#include <vector>

namespace orrery::llm {

/// Rewrites one schema by the rules of a dialect; see schemadialect.h. For one use.
class SchemaRewriter
{
public:
    SchemaRewriter(const Json &root, const SchemaRules &rules) : m_root(root), m_rules(rules) {}

    /// The whole schema, as the dialect wants it at the top.
    Json top();
    /// The whole schema as a part of another one.
    Json whole() { return part(m_root, 0); }
    bool hasCircle() const { return m_hasCircle; } ///< a reference was met that leads to itself

private:
    Json part(const Json &schema, int depth);
    Json keywords(const Json &schema, int depth);
    Json member(const std::string &key, const Json &value, int depth);
    Json list(const Json &items, int depth);
    Json byName(const Json &schemas, int depth);
    Json resolved(const Json &schema, int depth);
    Json merged(Json schema);
    const Json *target(const std::string &ref) const;
    void narrowBounds(Json &schema) const;
    Json typed(Json schema, int depth);
    Json typedUnion(Json schema, int depth);
    Json anything() const;
    static Json objectFrom(Json schema);

    const Json &m_root;
    const SchemaRules &m_rules;
    std::vector<std::string> m_open; ///< references that are being inlined
    int m_nodes = 0;
    bool m_hasCircle = false;
};

} // namespace orrery::llm
