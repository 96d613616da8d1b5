// SPDX-License-Identifier: GPL-3.0-or-later
// The knowledge base as tools for agents; what they do is in core/knowledge/knowledgetools.h.
#include "core/knowledge/knowledgetools.h"
#include "core/runtime/sharedstores.h"
#include "core/tools/builtin.h"

namespace orrery::runtime {

using tools::Parameter;
using tools::ToolCategory;
using tools::ToolContext;
using tools::ToolResult;

namespace {

using KnowledgeAction = std::function<Json(knowledge::KnowledgeTools &, const Json &)>;

std::vector<std::string> names(std::span<const std::string_view> list)
{
    return {list.begin(), list.end()};
}

tools::ToolPtr offerKnowledge(TeamServices &services, const char *name, const char *description,
                              ToolCategory category, const std::vector<Parameter> &parameters,
                              KnowledgeAction action)
{
    return tools::makeTool(
        name, description, category, parameters,
        [s = &services, act = std::move(action)](const Json &args, ToolContext &context) {
            knowledge::KnowledgeTools tools(*s->knowledge, std::nullopt, s->clock.wallMs(),
                                            [&](EventKind kind, Json data) {
                                                s->publish(kind, context.agent, std::move(data));
                                            });
            const Json answer = act(tools, args);
            ToolResult result = ToolResult::value(answer);
            const std::string status = answer.value("status", "");
            result.ok = status != "error" && status != "not_found";
            return result;
        });
}

} // namespace

std::vector<tools::ToolPtr> knowledgeTools(TeamServices &services)
{
    using knowledge::KnowledgeTools;
    const Parameter entryType{"entry_type", "string", "Type of entry", false,
                              names(knowledge::kEntryTypes)};
    const Parameter tags{"tags", "strings", "Any of these tags", false};
    const auto read = ToolCategory::Read;
    const auto change = ToolCategory::Memory;
    return {
        offerKnowledge(services, "kb_search",
                       "Search the knowledge base for relevant entries, ranked by relevance.", read,
                       {{"query", "string", "What to look for"},
                        {"limit", "integer", "At most so many, default 5", false},
                        tags,
                        entryType},
                       [](KnowledgeTools &tools, const Json &args) { return tools.search(args); }),
        offerKnowledge(services, "kb_read", "Read a whole entry of the knowledge base.", read,
                       {{"slug_or_id", "string", "Slug of the entry, or its id"}},
                       [](KnowledgeTools &tools, const Json &args) { return tools.read(args); }),
        offerKnowledge(services, "kb_list", "List entries of the knowledge base.", read,
                       {tags,
                        {"concepts", "strings", "Any of these concepts", false},
                        entryType,
                        {"limit", "integer", "At most so many, default 20", false}},
                       [](KnowledgeTools &tools, const Json &args) { return tools.list(args); }),
        offerKnowledge(
            services, "kb_ingest",
            "Put a raw document into the queue of those to be compiled into entries.", change,
            {{"title", "string", "Title of the document"},
             {"content", "string", "Its text"},
             {"doc_type", "string", "Default markdown", false, names(knowledge::kDocumentTypes)},
             {"source_url", "string", "Where it comes from", false}},
            [](KnowledgeTools &tools, const Json &args) { return tools.ingest(args); }),
        offerKnowledge(
            services, "kb_next_document",
            "Take the oldest document that waits to be compiled. Make entries of it with "
            "kb_add_entry and name its id in source_doc_ids; that marks it as compiled.",
            change, {}, [](KnowledgeTools &tools, const Json &) { return tools.nextDocument(); }),
        offerKnowledge(
            services, "kb_add_entry",
            "Add an entry to the knowledge base. Write [[slug]] to name another entry.", change,
            {{"title", "string", "Title of the entry"},
             {"content", "string", "The entry in Markdown"},
             {"summary", "string", "One to three sentences", false},
             {"concepts", "strings", "Key concepts that it covers", false},
             {"tags", "strings", "Tags", false},
             entryType,
             {"source_doc_ids", "strings", "Documents it was compiled from: their ids or titles",
              false}},
            [](KnowledgeTools &tools, const Json &args) { return tools.addEntry(args); }),
        offerKnowledge(services, "kb_link", "Link two entries of the knowledge base.", change,
                       {{"from_slug", "string", "Slug or id of the entry that links"},
                        {"to_slug", "string", "Slug or id of the entry that is linked to"},
                        {"link_type", "string", "Default cross_reference", false,
                         names(knowledge::kLinkTypes)},
                        {"label", "string", "What the link says", false}},
                       [](KnowledgeTools &tools, const Json &args) { return tools.link(args); }),
        offerKnowledge(
            services, "kb_backlinks", "List the entries that link to an entry.", read,
            {{"slug_or_id", "string", "Slug of the entry, or its id"}},
            [](KnowledgeTools &tools, const Json &args) { return tools.backlinks(args); }),
        offerKnowledge(
            services, "kb_health_check",
            "Check the knowledge base for orphans, doubtful entries and failed documents.", read,
            {}, [](KnowledgeTools &tools, const Json &) { return tools.healthCheck(); }),
        offerKnowledge(
            services, "kb_generate",
            "Put the entries about a topic together as a report, a summary or slides.", read,
            {{"topic", "string", "The topic"},
             {"output_type", "string", "Default summary", false, {"report", "summary", "slides"}},
             {"limit", "integer", "At most so many entries, default 10", false}},
            [](KnowledgeTools &tools, const Json &args) { return tools.generate(args); }),
    };
}

} // namespace orrery::runtime
