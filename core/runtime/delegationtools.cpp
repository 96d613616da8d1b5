// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamservices.h"

namespace orrery::runtime {

using tools::Tool;
using tools::ToolContext;
using tools::ToolResult;

namespace {

Json taskSchema()
{
    return {{"type", "object"},
            {"properties",
             {{"task",
               {{"type", "string"},
                {"description", "What to do, with all that has to be known for it"}}},
              {"role", {{"type", "string"}, {"description", "A word or two, such as reviewer"}}},
              {"instructions", {{"type", "string"}, {"description", "How to work"}}},
              {"tools",
               {{"type", "array"},
                {"items", {{"type", "string"}}},
                {"description", "Which of your tools it may use, by name; left out: all"}}}}},
            {"required", {"task"}}};
}

std::string textOf(const Json &object, const char *key)
{
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

SubTask taskOf(const Json &json)
{
    SubTask task{textOf(json, "task"), textOf(json, "role"), textOf(json, "instructions"),
                 ToolSet::all()};
    if (const auto it = json.find("tools"); it != json.end() && it->is_array()) {
        std::vector<std::string> names;
        for (const Json &tool : *it)
            names.push_back(tool.is_string() ? tool.get<std::string>() : tool.dump());
        task.tools = ToolSet::of(std::move(names));
    }
    return task;
}

std::shared_ptr<Tool> delegating(const char *name, const char *description, Json parameters)
{
    auto tool = std::make_shared<Tool>();
    tool->name = name;
    tool->description = description;
    tool->parameters = std::move(parameters);
    tool->category = tools::ToolCategory::Communicate;
    tool->delegates = true;
    tool->timeoutMs = 0; // a sub-agent has limits of its own
    return tool;
}

ToolResult single(const SubResult &result)
{
    if (result.ok)
        return ToolResult::success(result.text);
    return ToolResult::error("The sub-agent " + result.agent + " has no answer: " + result.text);
}

ToolResult several(const std::vector<SubResult> &results)
{
    Json list = Json::array();
    for (const SubResult &result : results)
        list.push_back({{"agent", result.agent},
                        {"ok", result.ok},
                        {result.ok ? "answer" : "error", result.text}});
    return ToolResult::value(list);
}

} // namespace

std::vector<tools::ToolPtr> delegationTools(TeamServices &services)
{
    TeamServices *s = &services;
    const auto one = delegating(
        "delegate_task",
        "Hand one task to a sub-agent, and wait for its answer. It knows nothing but what you "
        "write here.",
        taskSchema());
    one->start = [s](const Json &arguments, ToolContext context,
                     std::function<void(ToolResult)> done) {
        s->delegate(context.agent, {taskOf(arguments)},
                    [done = std::move(done)](Result<std::vector<SubResult>> results) {
                        done(results ? single(results->front())
                                     : ToolResult::error(results.error().message));
                    });
    };
    const auto many = delegating(
        "spawn_agents",
        "Hand several tasks to as many sub-agents, which work side by side, and wait for all "
        "answers.",
        {{"type", "object"},
         {"properties", {{"tasks", {{"type", "array"}, {"items", taskSchema()}, {"minItems", 1}}}}},
         {"required", {"tasks"}}});
    many->start = [s](const Json &arguments, ToolContext context,
                      std::function<void(ToolResult)> done) {
        std::vector<SubTask> tasks;
        for (const Json &task : arguments.at("tasks")) {
            if (textOf(task, "task").empty()) {
                done(ToolResult::error(
                    "tasks[" + std::to_string(tasks.size())
                    + "].task is missing, expected what to do. Nothing was started."));
                return;
            }
            tasks.push_back(taskOf(task));
        }
        s->delegate(context.agent, std::move(tasks),
                    [done = std::move(done)](Result<std::vector<SubResult>> results) {
                        done(results ? several(*results)
                                     : ToolResult::error(results.error().message));
                    });
    };
    return {one, many};
}

} // namespace orrery::runtime
