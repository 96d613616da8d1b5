// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/graphemes.h"
#include "core/knowledge/knowledgetools.h"

namespace orrery::knowledge {

namespace {

std::string gist(const Entry &entry, std::size_t most)
{
    return entry.summary ? *entry.summary : firstGraphemes(entry.content, most);
}

std::string joined(const std::vector<std::string> &parts, const std::string &separator)
{
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i)
        text.append(i == 0 ? "" : separator).append(parts[i]);
    return text;
}

} // namespace

std::string compose(const std::string &outputType, const std::string &topic,
                    const std::vector<EntryPtr> &entries)
{
    std::vector<std::string> parts;
    if (outputType == "report") {
        for (const EntryPtr &entry : entries)
            parts.push_back("## " + entry->title + "\n\n"
                            + (entry->concepts.empty()
                                   ? ""
                                   : "**Concepts:** " + joined(entry->concepts, ", ") + "\n\n")
                            + entry->content);
        return "# Report: " + topic + "\n\n**Entries consulted:** " + std::to_string(entries.size())
               + "\n\n" + joined(parts, "\n\n---\n\n") + "\n";
    }
    if (outputType == "slides") {
        for (const EntryPtr &entry : entries)
            parts.push_back("---\n\n# " + entry->title + "\n\n" + gist(*entry, 300));
        return "---\nmarp: true\ntheme: default\n---\n\n# " + topic + "\n\n" + joined(parts, "\n\n")
               + "\n";
    }
    for (const EntryPtr &entry : entries)
        parts.push_back("### " + entry->title + "\n" + gist(*entry, 200));
    return "# Summary: " + topic + "\n\n" + joined(parts, "\n\n") + "\n";
}

} // namespace orrery::knowledge
