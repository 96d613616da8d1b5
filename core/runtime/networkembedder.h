// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/embeddingclient.h"
#include "core/memory/embedder.h"

#include <QThread>

#include <atomic>
#include <memory>
#include <string>

namespace orrery::runtime {

/// A server's embeddings for the memory, which may wait for an answer and knows no network: a thread of its own does the
/// requests. Any thread but that one may ask; it is blocked until its vectors have come, an attempt too many has failed,
/// or cancel().
class NetworkEmbedder final : public memory::Embedder
{
public:
    explicit NetworkEmbedder(llm::EmbeddingServer server);
    ~NetworkEmbedder() override;

    /// `ollama:MODEL`, `openai:MODEL`; with `@DIMENSIONS` where the server is asked for so many.
    std::string name() const override { return m_name; }
    int dimension() const override { return m_dimension; }
    Result<std::vector<float>> embed(std::string_view text) override;
    Result<std::vector<std::vector<float>>>
    embedBatch(const std::vector<std::string> &texts) override;

    /// Closes the connections; whoever waits gets ErrorCode::Cancelled. Later requests are sent as usual.
    void cancel() override;

private:
    class Requests;

    const std::string m_name;
    std::atomic<int> m_dimension;
    QThread m_thread;
    Requests *m_requests; ///< lives on m_thread
};

} // namespace orrery::runtime
