// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/networkembedder.h"

#include <QObject>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace orrery::runtime {
namespace {

/// Where one who asks waits for the answer.
class Answer
{
public:
    void give(Result<llm::Embeddings> result)
    {
        std::lock_guard lock(m_mutex);
        if (!m_result)
            m_result = std::move(result);
        m_given.notify_all();
    }

    Result<llm::Embeddings> wait()
    {
        std::unique_lock lock(m_mutex);
        m_given.wait(lock, [this] { return m_result.has_value(); });
        return std::move(*m_result);
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_given;
    std::optional<Result<llm::Embeddings>> m_result; // guarded by m_mutex
};

std::string nameOf(const llm::EmbeddingServer &server)
{
    const std::string name =
        (server.api == llm::EmbeddingApi::Ollama ? "ollama:" : "openai:") + server.model;
    return server.asksForDimensions && server.dimensions > 0
               ? name + "@" + std::to_string(server.dimensions)
               : name;
}

} // namespace

/// The client and its calls; only touched on their thread.
class NetworkEmbedder::Requests final : public QObject
{
public:
    explicit Requests(llm::EmbeddingServer server) : m_server(std::move(server)) {}
    ~Requests() override { cancel(); }

    void start(std::vector<std::string> texts, std::shared_ptr<Answer> answer)
    {
        // Made here, since it belongs to this thread.
        if (!m_client)
            m_client = std::make_unique<llm::EmbeddingClient>(m_server);
        const std::uint64_t id = m_next++;
        Call &call = m_calls[id];
        call.answer = std::move(answer);
        call.call =
            m_client->start(std::move(texts), [this, id](Result<llm::Embeddings> embeddings) {
                const auto ended = m_calls.extract(id);
                ended.mapped().answer->give(std::move(embeddings));
            });
    }

    void cancel()
    {
        const auto calls = std::move(m_calls);
        m_calls.clear();
        for (const auto &[id, call] : calls)
            call.answer->give(
                fail(ErrorCode::Cancelled, "The request for embeddings was given up."));
    }

private:
    struct Call {
        std::shared_ptr<Answer> answer;
        std::unique_ptr<llm::EmbeddingCall> call;
    };

    const llm::EmbeddingServer m_server;
    std::unique_ptr<llm::EmbeddingClient> m_client;
    std::unordered_map<std::uint64_t, Call> m_calls;
    std::uint64_t m_next = 0;
};

NetworkEmbedder::NetworkEmbedder(llm::EmbeddingServer server)
    : m_name(nameOf(server)), m_dimension(server.dimensions),
      m_requests(new Requests(std::move(server)))
{
    m_thread.setObjectName("embeddings");
    m_requests->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_requests, &QObject::deleteLater);
    m_thread.start();
}

NetworkEmbedder::~NetworkEmbedder()
{
    m_thread.quit();
    m_thread.wait();
}

Result<std::vector<float>> NetworkEmbedder::embed(std::string_view text)
{
    auto vectors = embedBatch({std::string(text)});
    if (!vectors)
        return fail(std::move(vectors.error()));
    return std::move(vectors->front());
}

Result<std::vector<std::vector<float>>>
NetworkEmbedder::embedBatch(const std::vector<std::string> &texts)
{
    const auto answer = std::make_shared<Answer>();
    QMetaObject::invokeMethod(
        m_requests, [requests = m_requests, texts, answer] { requests->start(texts, answer); },
        Qt::QueuedConnection);
    auto vectors = answer->wait();
    if (!vectors || vectors->empty())
        return vectors;
    const int found = static_cast<int>(vectors->front().size());
    int known = 0;
    if (!m_dimension.compare_exchange_strong(known, found) && known != found)
        return fail(ErrorCode::BadResponse, m_name + " gave vectors of " + std::to_string(found)
                                                + " values, and before that of "
                                                + std::to_string(known)
                                                + ": is it still the same model?");
    return vectors;
}

void NetworkEmbedder::cancel()
{
    QMetaObject::invokeMethod(
        m_requests, [requests = m_requests] { requests->cancel(); }, Qt::QueuedConnection);
}

} // namespace orrery::runtime
