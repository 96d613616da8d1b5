// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::knowledge {

enum class EntryType : std::uint8_t { Article, Concept, Summary, Index, Glossary };
enum class LinkType : std::uint8_t { Backlink, CrossReference, Concept, SeeAlso, ParentChild };
enum class DocumentType : std::uint8_t { Markdown, Text, Url, Pdf, Html };
/// Pending documents are the ingest queue; Processing: somebody compiles it into entries.
enum class DocumentStatus : std::uint8_t { Pending, Processing, Compiled, Failed };

inline constexpr std::array<std::string_view, 5> kEntryTypes = {"article", "concept", "summary",
                                                                "index", "glossary"};
inline constexpr std::array<std::string_view, 5> kLinkTypes = {
    "backlink", "cross_reference", "concept", "see_also", "parent_child"};
inline constexpr std::array<std::string_view, 5> kDocumentTypes = {"markdown", "text", "url", "pdf",
                                                                   "html"};
inline constexpr std::array<std::string_view, 4> kDocumentStatuses = {"pending", "processing",
                                                                      "compiled", "failed"};

std::string_view toString(EntryType type);
std::string_view toString(LinkType type);
std::string_view toString(DocumentType type);
std::string_view toString(DocumentStatus status);
std::optional<EntryType> entryTypeFromString(std::string_view name);
std::optional<LinkType> linkTypeFromString(std::string_view name);
std::optional<DocumentType> documentTypeFromString(std::string_view name);
std::optional<DocumentStatus> documentStatusFromString(std::string_view name);

/// A page of the knowledge base. Times are wall-clock ms since 1970. One store may hold several knowledge bases, told
/// apart by `kbId`; nothing is a knowledge base of its own.
struct Entry {
    std::string id;
    std::string title;
    std::string slug;    ///< its name in links, `emigre-cafe`; unique in its knowledge base
    std::string content; ///< Markdown; `[[slug]]` names another entry
    std::optional<std::string> summary;
    EntryType type = EntryType::Article;
    std::vector<std::string> concepts;
    std::vector<std::string> tags;
    double confidence = 0.5; ///< 0…1
    std::vector<std::string> sourceDocIds;
    std::optional<std::string> kbId;
    std::int64_t createdMs = 0;
    std::int64_t updatedMs = 0;
    std::optional<std::int64_t> verifiedMs;
};

/// A directed link. Either end may name an entry that is not there.
struct Link {
    std::string id;
    std::string from; ///< id of an entry
    std::string to;   ///< id of an entry
    LinkType type = LinkType::CrossReference;
    std::optional<std::string> label;
    double weight = 1.0;
    std::optional<std::string> kbId;
    std::int64_t createdMs = 0;
};

/// Source material, before and after entries were made of it.
struct Document {
    std::string id;
    std::string title;
    std::string content;
    DocumentType type = DocumentType::Markdown;
    std::optional<std::string> sourceUrl;
    DocumentStatus status = DocumentStatus::Pending;
    std::string problem;               ///< of a failed one: why
    std::string checksum;              ///< SHA-256 of the content, lower-case hex
    std::vector<std::string> entryIds; ///< what was compiled from it
    std::optional<std::string> kbId;
    std::int64_t createdMs = 0;
    std::int64_t updatedMs = 0;
};

using EntryPtr = std::shared_ptr<const Entry>;
using LinkPtr = std::shared_ptr<const Link>;
using DocumentPtr = std::shared_ptr<const Document>;

/// A title as the name of an entry in links: compatibility-decomposed, without accents, lower-case, letters and digits of
/// any script with `-` between words. May be empty.
std::string slugify(std::string_view title);
/// SHA-256, lower-case hex.
std::string checksumOf(std::string_view content);

/// {id, title, slug, content, summary, entry_type, concepts, tags, confidence, source_doc_ids, kb_id, created_at_ms,
/// updated_at_ms, last_verified_at_ms}; nothing is null.
Json toJson(const Entry &entry);
/// {id, from, to, link_type, label, weight, kb_id, created_at_ms}
Json toJson(const Link &link);
/// {id, title, doc_type, source_url, status, problem, checksum, bytes, entry_ids, kb_id, created_at_ms, updated_at_ms}:
/// all but the content.
Json toJson(const Document &document);
/// Read what toJson() writes. Nothing without an id or with an unknown type; other fields that are missing or of another
/// type keep their defaults.
std::optional<Entry> entryFromJson(const Json &json);
std::optional<Link> linkFromJson(const Json &json);
std::optional<Document> documentFromJson(const Json &json);

} // namespace orrery::knowledge
