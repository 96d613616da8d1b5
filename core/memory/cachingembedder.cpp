// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/cachingembedder.h"

#include <QCryptographicHash>

namespace orrery::memory {

namespace {

std::string keyOf(const std::string &embedder, std::string_view text)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    const auto add = [&hash](std::string_view bytes) {
        hash.addData(QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())));
    };
    add(std::to_string(embedder.size()) + ":");
    add(embedder);
    add(text);
    return hash.result().toStdString();
}

} // namespace

CachingEmbedder::CachingEmbedder(std::shared_ptr<Embedder> embedder, std::size_t capacity)
    : m_embedder(std::move(embedder)), m_capacity(capacity)
{}

Result<std::vector<float>> CachingEmbedder::embed(std::string_view text)
{
    auto vectors = embedBatch({std::string(text)});
    if (!vectors)
        return fail(std::move(vectors.error()));
    return std::move(vectors->front());
}

Result<std::vector<std::vector<float>>>
CachingEmbedder::embedBatch(const std::vector<std::string> &texts)
{
    const std::string embedder = name();
    std::vector<std::vector<float>> vectors(texts.size());
    std::vector<std::string> missing;
    std::vector<Key> keys;
    std::unordered_map<Key, std::vector<std::size_t>> places; // of what is missing
    {
        std::lock_guard lock(m_mutex);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            Key key = keyOf(embedder, texts[i]);
            if (const auto *held = find(key)) {
                vectors[i] = *held;
                continue;
            }
            auto &where = places[key];
            if (where.empty()) {
                missing.push_back(texts[i]);
                keys.push_back(std::move(key));
            }
            where.push_back(i);
        }
    }
    if (missing.empty())
        return vectors;
    const auto asked = m_embedder->embedBatch(missing);
    if (!asked)
        return fail(asked.error());
    if (asked->size() != missing.size())
        return fail(ErrorCode::BadResponse, "The embedder gave " + std::to_string(asked->size())
                                                + " vectors for " + std::to_string(missing.size())
                                                + " texts.");
    // What came while the embedder changed its name belongs to neither.
    const bool isSame = name() == embedder;
    std::lock_guard lock(m_mutex);
    for (std::size_t i = 0; i < missing.size(); ++i) {
        for (const std::size_t place : places[keys[i]])
            vectors[place] = (*asked)[i];
        if (isSame)
            keep(keys[i], (*asked)[i]);
    }
    return vectors;
}

std::size_t CachingEmbedder::size() const
{
    std::lock_guard lock(m_mutex);
    return m_entries.size();
}

const std::vector<float> *CachingEmbedder::find(const Key &key)
{
    const auto found = m_byKey.find(key);
    if (found == m_byKey.end())
        return nullptr;
    m_entries.splice(m_entries.begin(), m_entries, found->second);
    return &found->second->second;
}

void CachingEmbedder::keep(const Key &key, const std::vector<float> &vector)
{
    if (m_capacity == 0 || find(key))
        return;
    if (m_entries.size() == m_capacity) {
        m_byKey.erase(m_entries.back().first);
        m_entries.pop_back();
    }
    m_entries.emplace_front(key, vector);
    m_byKey[key] = m_entries.begin();
}

} // namespace orrery::memory
