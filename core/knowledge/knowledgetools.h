// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/knowledge/knowledgebase.h"
#include "core/model/event.h"

#include <functional>
#include <string>
#include <vector>

namespace orrery::knowledge {

/// What an agent does with a knowledge base: arguments and results are JSON, as models write and read them. Arguments
/// have been checked against the tools' schemas. Every change is reported as the event that tells it, after it has
/// happened. One object serves one call; the knowledge base is shared.
class KnowledgeTools
{
public:
    using Report = std::function<void(EventKind, Json)>;
    /// Entries are looked for and made in the knowledge base `kbId`; nothing = looked for in all, made without one.
    KnowledgeTools(KnowledgeBase &base, std::optional<std::string> kbId, std::int64_t nowMs,
                   Report report);

    Json search(const Json &args);
    Json read(const Json &args);
    Json list(const Json &args);
    Json ingest(const Json &args);
    /// Takes the oldest document of the ingest queue.
    Json nextDocument();
    /// An entry that names its source documents, by id or by title, marks them as compiled.
    Json addEntry(const Json &args);
    Json link(const Json &args);
    Json backlinks(const Json &args);
    Json healthCheck();
    Json generate(const Json &args);

private:
    EntryPtr resolve(const std::string &slugOrId) const;
    std::string documentId(const std::string &idOrTitle) const;
    EntryFilter filterOf(const Json &args) const;

    KnowledgeBase &m_base;
    std::optional<std::string> m_kbId;
    std::int64_t m_nowMs;
    Report m_report;
};

/// Entries put together under a topic. `outputType`: report or slides, anything else is a summary.
std::string compose(const std::string &outputType, const std::string &topic,
                    const std::vector<EntryPtr> &entries);

} // namespace orrery::knowledge
