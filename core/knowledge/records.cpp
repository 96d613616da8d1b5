// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/knowledge/records.h"

#include "core/model/jsonfields.h"

#include <QCryptographicHash>

#include <algorithm>

namespace orrery::knowledge {

namespace {

template <typename Enum, std::size_t N>
std::optional<Enum> fromString(const std::array<std::string_view, N> &names, std::string_view name)
{
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end())
        return std::nullopt;
    return static_cast<Enum>(it - names.begin());
}

} // namespace

std::string_view toString(EntryType type) { return kEntryTypes[static_cast<std::size_t>(type)]; }

std::string_view toString(LinkType type) { return kLinkTypes[static_cast<std::size_t>(type)]; }

std::string_view toString(DocumentType type)
{
    return kDocumentTypes[static_cast<std::size_t>(type)];
}

std::string_view toString(DocumentStatus status)
{
    return kDocumentStatuses[static_cast<std::size_t>(status)];
}

std::optional<EntryType> entryTypeFromString(std::string_view name)
{
    return fromString<EntryType>(kEntryTypes, name);
}

std::optional<LinkType> linkTypeFromString(std::string_view name)
{
    return fromString<LinkType>(kLinkTypes, name);
}

std::optional<DocumentType> documentTypeFromString(std::string_view name)
{
    return fromString<DocumentType>(kDocumentTypes, name);
}

std::optional<DocumentStatus> documentStatusFromString(std::string_view name)
{
    return fromString<DocumentStatus>(kDocumentStatuses, name);
}

std::string checksumOf(std::string_view content)
{
    return QCryptographicHash::hash(
               QByteArrayView(content.data(), static_cast<qsizetype>(content.size())),
               QCryptographicHash::Sha256)
        .toHex()
        .toStdString();
}

Json toJson(const Entry &entry)
{
    return {{"id", entry.id},
            {"title", entry.title},
            {"slug", entry.slug},
            {"content", entry.content},
            {"summary", field::orNull(entry.summary)},
            {"entry_type", toString(entry.type)},
            {"concepts", entry.concepts},
            {"tags", entry.tags},
            {"confidence", entry.confidence},
            {"source_doc_ids", entry.sourceDocIds},
            {"kb_id", field::orNull(entry.kbId)},
            {"created_at_ms", entry.createdMs},
            {"updated_at_ms", entry.updatedMs},
            {"last_verified_at_ms", field::orNull(entry.verifiedMs)}};
}

Json toJson(const Link &link)
{
    return {{"id", link.id},
            {"from", link.from},
            {"to", link.to},
            {"link_type", toString(link.type)},
            {"label", field::orNull(link.label)},
            {"weight", link.weight},
            {"kb_id", field::orNull(link.kbId)},
            {"created_at_ms", link.createdMs}};
}

Json toJson(const Document &document)
{
    return {{"id", document.id},
            {"title", document.title},
            {"doc_type", toString(document.type)},
            {"source_url", field::orNull(document.sourceUrl)},
            {"status", toString(document.status)},
            {"problem", document.problem},
            {"checksum", document.checksum},
            {"bytes", document.content.size()},
            {"entry_ids", document.entryIds},
            {"kb_id", field::orNull(document.kbId)},
            {"created_at_ms", document.createdMs},
            {"updated_at_ms", document.updatedMs}};
}

std::optional<Entry> entryFromJson(const Json &json)
{
    const auto id = field::text(json, "id");
    const auto type = entryTypeFromString(field::text(json, "entry_type").value_or("article"));
    if (!id || id->empty() || !type)
        return std::nullopt;
    Entry entry;
    entry.id = *id;
    entry.title = field::text(json, "title").value_or("");
    entry.slug = field::text(json, "slug").value_or("");
    entry.content = field::text(json, "content").value_or("");
    entry.summary = field::text(json, "summary");
    entry.type = *type;
    entry.concepts = field::texts(json, "concepts");
    entry.tags = field::texts(json, "tags");
    entry.confidence = field::number(json, "confidence").value_or(entry.confidence);
    entry.sourceDocIds = field::texts(json, "source_doc_ids");
    entry.kbId = field::text(json, "kb_id");
    entry.createdMs = field::integer(json, "created_at_ms").value_or(0);
    entry.updatedMs = field::integer(json, "updated_at_ms").value_or(entry.createdMs);
    entry.verifiedMs = field::integer(json, "last_verified_at_ms");
    return entry;
}

std::optional<Link> linkFromJson(const Json &json)
{
    const auto id = field::text(json, "id");
    const auto from = field::text(json, "from");
    const auto to = field::text(json, "to");
    const auto type =
        linkTypeFromString(field::text(json, "link_type").value_or("cross_reference"));
    if (!id || id->empty() || !from || !to || !type)
        return std::nullopt;
    Link link;
    link.id = *id;
    link.from = *from;
    link.to = *to;
    link.type = *type;
    link.label = field::text(json, "label");
    link.weight = field::number(json, "weight").value_or(link.weight);
    link.kbId = field::text(json, "kb_id");
    link.createdMs = field::integer(json, "created_at_ms").value_or(0);
    return link;
}

std::optional<Document> documentFromJson(const Json &json)
{
    const auto id = field::text(json, "id");
    const auto type = documentTypeFromString(field::text(json, "doc_type").value_or("markdown"));
    const auto status = documentStatusFromString(field::text(json, "status").value_or("pending"));
    if (!id || id->empty() || !type || !status)
        return std::nullopt;
    Document document;
    document.id = *id;
    document.title = field::text(json, "title").value_or("");
    document.type = *type;
    document.sourceUrl = field::text(json, "source_url");
    document.status = *status;
    document.problem = field::text(json, "problem").value_or("");
    document.checksum = field::text(json, "checksum").value_or("");
    document.entryIds = field::texts(json, "entry_ids");
    document.kbId = field::text(json, "kb_id");
    document.createdMs = field::integer(json, "created_at_ms").value_or(0);
    document.updatedMs = field::integer(json, "updated_at_ms").value_or(document.createdMs);
    return document;
}

} // namespace orrery::knowledge
