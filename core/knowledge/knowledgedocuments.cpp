// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/knowledge/knowledgebase.h"
#include "core/knowledge/knowledgewriting.h"

#include <algorithm>
#include <mutex>

namespace orrery::knowledge {

namespace {

tl::unexpected<Error> noDocument(const std::string &id)
{
    return fail(ErrorCode::NotFound, "There is no document " + id + " in the knowledge base.");
}

} // namespace

/// Puts the document, which is saved already, into the lists.
DocumentPtr KnowledgeBase::putDocument(Document document, KnowledgeFile::Place inFile)
{
    const auto known = m_documents.find(document.id);
    const std::uint64_t place = inFile.number > 0 ? static_cast<std::uint64_t>(inFile.number)
                                : known == m_documents.end() ? m_nextDocument++
                                                             : known->second.place;
    auto shared = std::make_shared<const Document>(std::move(document));
    m_documents[shared->id] = {shared, place};
    m_documentOrder[place] = shared;
    if (shared->status == DocumentStatus::Pending)
        m_pending.insert(place);
    else
        m_pending.erase(place);
    return shared;
}

Result<void> KnowledgeBase::storeDocument(Document document)
{
    if (document.id.empty())
        return fail(ErrorCode::InvalidArgument, "A document of the knowledge base needs an id.");
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return begun;
    const auto place = writing.write(document);
    if (!place)
        return fail(place.error());
    putDocument(std::move(document), *place);
    return {};
}

Result<DocumentPtr> KnowledgeBase::setDocumentStatus(const std::string &id, DocumentStatus status,
                                                     std::int64_t nowMs, std::string problem)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    const auto known = m_documents.find(id);
    if (known == m_documents.end())
        return noDocument(id);
    Document document = *known->second.document;
    document.status = status;
    document.problem = std::move(problem);
    document.updatedMs = nowMs;
    const auto place = writing.write(document);
    if (!place)
        return fail(place.error());
    return putDocument(std::move(document), *place);
}

Result<DocumentPtr> KnowledgeBase::addCompiled(const std::string &id, const std::string &entryId,
                                               std::int64_t nowMs)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    const auto known = m_documents.find(id);
    if (known == m_documents.end())
        return noDocument(id);
    Document document = *known->second.document;
    document.status = DocumentStatus::Compiled;
    document.problem.clear();
    document.updatedMs = nowMs;
    if (std::find(document.entryIds.begin(), document.entryIds.end(), entryId)
        == document.entryIds.end())
        document.entryIds.push_back(entryId);
    const auto place = writing.write(document);
    if (!place)
        return fail(place.error());
    return putDocument(std::move(document), *place);
}

Result<DocumentPtr> KnowledgeBase::takePending(const std::optional<std::string> &kbId,
                                               std::int64_t nowMs)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    for (const std::uint64_t place : m_pending) {
        if (kbId && m_documentOrder.at(place)->kbId != kbId)
            continue;
        Document document = *m_documentOrder.at(place);
        document.status = DocumentStatus::Processing;
        document.updatedMs = nowMs;
        const auto inFile = writing.write(document);
        if (!inFile)
            return fail(inFile.error());
        return putDocument(std::move(document), *inFile);
    }
    return DocumentPtr();
}

Result<bool> KnowledgeBase::deleteDocument(const std::string &id)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    if (!m_documents.contains(id))
        return false;
    if (m_file)
        if (auto removed = m_file->removeDocument(id); !removed)
            return fail(removed.error());
    if (auto done = writing.commit(); !done)
        return fail(done.error());
    dropDocument(id);
    return true;
}

void KnowledgeBase::dropDocument(const std::string &id)
{
    const auto known = m_documents.find(id);
    if (known == m_documents.end())
        return;
    m_documentOrder.erase(known->second.place);
    m_pending.erase(known->second.place);
    m_documents.erase(known);
}

DocumentPtr KnowledgeBase::document(std::string_view id) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    const auto it = m_documents.find(id);
    return it == m_documents.end() ? nullptr : it->second.document;
}

std::vector<DocumentPtr> KnowledgeBase::documents(const std::optional<std::string> &kbId,
                                                  std::optional<DocumentStatus> status) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<DocumentPtr> list;
    const auto take = [&](const DocumentPtr &document) {
        if ((!kbId || document->kbId == kbId) && (!status || document->status == *status))
            list.push_back(document);
    };
    if (status == DocumentStatus::Pending) {
        for (const std::uint64_t place : m_pending)
            take(m_documentOrder.at(place));
    } else {
        for (const auto &[place, document] : m_documentOrder)
            take(document);
    }
    return list;
}

} // namespace orrery::knowledge
