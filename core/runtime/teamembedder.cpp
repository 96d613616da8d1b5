// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamembedder.h"

#include "core/llm/providers.h"
#include "core/memory/cachingembedder.h"
#include "core/memory/lsaembedder.h"
#include "core/runtime/networkembedder.h"

namespace orrery::runtime {
namespace {

/// More than anybody reads; learning from more takes long and teaches little.
constexpr std::size_t kMostTexts = 20000;

llm::EmbeddingServer serverOf(const MemoryUse &use, const ModelTable &models)
{
    const ModelRef &model = use.embedder;
    llm::EmbeddingServer server;
    server.api =
        model.provider() == "ollama" ? llm::EmbeddingApi::Ollama : llm::EmbeddingApi::OpenAi;
    server.model = model.modelName();
    server.baseUrl = !model.baseUrl.empty()         ? model.baseUrl
                     : model.provider() == "ollama" ? "http://localhost:11434"
                                                    : "https://api.openai.com/v1";
    server.apiKey = llm::resolveApiKey(model.provider(), model.apiKeyEnv, models);
    server.proxy = use.proxy;
    server.caFile = use.caFile;
    return server;
}

} // namespace

TeamEmbedder::TeamEmbedder(const MemoryUse &use, const ModelTable &models)
{
    const ModelRef &model = use.embedder;
    if (model.model.empty())
        return;
    if (model.model == "lsa") {
        m_lsa = std::make_shared<memory::LsaEmbedder>();
        m_embedder = m_lsa;
        return;
    }
    m_embedder = std::make_shared<memory::CachingEmbedder>(
        std::make_shared<NetworkEmbedder>(serverOf(use, models)));
}

TeamEmbedder::~TeamEmbedder()
{
    std::lock_guard lock(m_door->mutex);
    m_door->memory = nullptr;
}

void TeamEmbedder::grew(memory::Memory &memory)
{
    if (!m_lsa)
        return;
    {
        std::lock_guard lock(m_door->mutex);
        m_door->memory = &memory;
    }
    const std::size_t entries = memory.count();
    if (!m_lsa->hasOutgrown(entries))
        return;
    const auto texts = [door = m_door] {
        std::vector<std::string> found;
        std::lock_guard lock(door->mutex);
        if (!door->memory)
            return found;
        if (auto contents = door->memory->sample(kMostTexts))
            found = std::move(*contents);
        return found;
    };
    const auto done = [door = m_door](const Result<void> &fitted) {
        // Too few to learn from is no fault: searches say so themselves.
        std::lock_guard lock(door->mutex);
        if (fitted && door->memory)
            door->memory->fillGaps();
    };
    m_lsa->fitInBackground(entries, texts, done);
}

} // namespace orrery::runtime
