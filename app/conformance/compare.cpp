// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/compare.h"

#include <algorithm>
#include <cmath>

namespace orrery::conformance {
namespace {

bool isGeminiId(const std::string &text)
{
    constexpr std::size_t prefix = 7; // "gemini_"
    return text.size() == prefix + 11 && text.starts_with("gemini_")
           && std::all_of(text.begin() + prefix, text.end(),
                          [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

} // namespace

Json canonical(const Json &value, const std::string &suite)
{
    if (value.is_string() && isGeminiId(value.get<std::string>()))
        return "<gemini_id>";
    if (value.is_array()) {
        Json list = Json::array();
        for (const Json &item : value)
            list.push_back(canonical(item, suite));
        return list;
    }
    if (!value.is_object())
        return value;
    if (value.contains("raises") && value.size() <= 2)
        return {{"raises", "error"}};
    Json object = Json::object();
    for (const auto &[key, item] : value.items()) {
        const bool holdsCalls = suite == "message_encode" || suite == "provider_request";
        if (holdsCalls && key == "arguments" && item.is_string())
            object[key] = Json::parse(item.get<std::string>(), nullptr, false);
        else
            object[key] = canonical(item, suite);
    }
    return object;
}

namespace {

void sortLists(Json &report, const Json &input)
{
    const Json &ops = input.contains("ops") ? input.at("ops") : Json::array();
    if (!report.is_object() || !report.contains("results"))
        return;
    Json &results = report["results"];
    for (std::size_t i = 0; i < std::min(ops.size(), results.size()); ++i) {
        const std::string tool = ops[i].value("name", "");
        const char *list = tool == "kb_list"           ? "entries"
                           : tool == "kb_backlinks"    ? "backlinks"
                           : tool == "kb_health_check" ? "issues"
                                                       : nullptr;
        if (list && results[i].is_object() && results[i].contains(list))
            std::sort(results[i][list].begin(), results[i][list].end());
    }
}

Json sortedLines(const std::string &text)
{
    std::vector<std::string> lines{""};
    for (const char c : text) {
        if (c == '\n')
            lines.emplace_back();
        else
            lines.back() += c;
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

} // namespace

void takeForm(Json &actual, const Json &expected, const std::string &suite)
{
    if (suite != "decisions" || !actual.is_object() || !actual.contains("results"))
        return;
    Json &results = actual["results"];
    const Json &wanted = expected.at("results");
    for (std::size_t i = 0; i < std::min(results.size(), wanted.size()); ++i) {
        if (!wanted[i].is_object() || !wanted[i].contains("lines_sorted"))
            continue;
        if (const auto text = results[i].find("text"); text->is_string())
            results[i] = {{"lines_sorted", sortedLines(text->get<std::string>())}};
    }
}

void sortUnordered(Json &report, const Json &input, const std::string &suite)
{
    if (suite == "knowledge_base")
        sortLists(report, input);
    if (suite != "agent_loop" || !report.is_object() || !report.contains("tool_invocations"))
        return;
    const auto agent = input.find("agent");
    if (agent == input.end() || !agent->is_object() || !agent->value("parallel_tool_calls", false))
        return;
    std::sort(report["tool_invocations"].begin(), report["tool_invocations"].end());
}

bool sameValue(const Json &a, const Json &b)
{
    if (a.is_number() && b.is_number()) {
        if (a == b)
            return true;
        if (a.is_number_integer() && b.is_number_integer())
            return false;
        const double x = a.get<double>();
        const double y = b.get<double>();
        return std::abs(x - y) <= 1e-9 * std::max({1.0, std::abs(x), std::abs(y)});
    }
    if (a.type() != b.type() || a.size() != b.size())
        return false;
    if (a.is_array())
        return std::equal(a.begin(), a.end(), b.begin(), sameValue);
    if (!a.is_object())
        return a == b;
    return std::all_of(a.items().begin(), a.items().end(), [&](const auto &item) {
        const auto other = b.find(item.key());
        return other != b.end() && sameValue(item.value(), *other);
    });
}

} // namespace orrery::conformance
