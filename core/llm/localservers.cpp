// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/localservers.h"

#include "core/model/json.h"

#include <optional>

namespace orrery::llm {
namespace {

constexpr std::size_t kMaxBytes = 4 * 1024 * 1024;

std::string addressOf(const LocalPort &port)
{
    return "http://127.0.0.1:" + std::to_string(port.port);
}

Json jsonOf(const HttpAnswer &answer)
{
    if (!answer.isOk())
        return nullptr;
    Json json = Json::parse(answer.body, nullptr, false);
    return json.is_discarded() ? Json() : json;
}

/// The model ids in the answer to /v1/models; nothing when it is not such an answer, since anything may listen on
/// port 8080.
std::optional<std::vector<std::string>> modelsIn(const Json &json)
{
    // A server without models says null or an empty list.
    if (!json.is_object() || !json.contains("data")
        || !(json["data"].is_array() || json["data"].is_null()))
        return std::nullopt;
    std::vector<std::string> models;
    for (const Json &model : json["data"]) {
        if (!model.is_object() || !model.contains("id") || !model["id"].is_string())
            return std::nullopt;
        models.push_back(model["id"].get<std::string>());
    }
    return models;
}

/// llama.cpp and vLLM say who owns the models; that counts more than the port.
std::string kindIn(const Json &json, const std::string &usual)
{
    for (const Json &model : json["data"]) {
        const auto owner = model.find("owned_by");
        if (owner != model.end() && *owner == "llamacpp")
            return "llamacpp";
        if (owner != model.end() && *owner == "vllm")
            return "vllm";
        if (owner != model.end() && *owner == "sglang")
            return "sglang";
    }
    return usual;
}

} // namespace

struct LocalServerFinder::Search {
    Found found;
    std::vector<std::optional<LocalServer>> servers;
    std::size_t pending = 0;
};

LocalServerFinder::LocalServerFinder(std::vector<LocalPort> ports, int timeoutMs)
    : m_ports(std::move(ports)), m_timeoutMs(timeoutMs)
{}

LocalServerFinder::~LocalServerFinder() = default;

std::vector<LocalPort> LocalServerFinder::usualPorts()
{
    return {{"ollama", 11434},
            {"lmstudio", 1234},
            {"llamacpp", 8080},
            {"llamacpp", 9931},
            {"vllm", 8000}};
}

void LocalServerFinder::find(Found found)
{
    m_fetches.clear();
    m_search = std::make_shared<Search>();
    m_search->found = std::move(found);
    m_search->servers.resize(m_ports.size());
    // One more than the ports, so that a search of no port reports as well, and from the event loop.
    m_search->pending = m_ports.size() + 1;
    for (std::size_t i = 0; i < m_ports.size(); ++i)
        askModels(m_search, i);
    QMetaObject::invokeMethod(
        this, [this, search = m_search] { settle(search); }, Qt::QueuedConnection);
}

void LocalServerFinder::get(const std::string &url, std::function<void(HttpAnswer)> done)
{
    HttpMessage message;
    message.url = url;
    message.limits = {m_timeoutMs, m_timeoutMs, m_timeoutMs};
    message.proxy = "none";
    m_fetches.push_back(
        std::make_unique<HttpFetch>(m_transport, std::move(message), kMaxBytes, std::move(done)));
}

void LocalServerFinder::askModels(const std::shared_ptr<Search> &search, std::size_t index)
{
    get(addressOf(m_ports[index]) + "/v1/models", [this, search, index](const HttpAnswer &answer) {
        const Json json = jsonOf(answer);
        auto models = modelsIn(json);
        if (!models) {
            settle(search);
            return;
        }
        const LocalPort &port = m_ports[index];
        search->servers[index] =
            LocalServer{kindIn(json, port.kind), addressOf(port) + "/v1", std::move(*models)};
        if (search->servers[index]->kind == "ollama")
            askOllamaVersion(search, index);
        else
            settle(search);
    });
}

void LocalServerFinder::askOllamaVersion(const std::shared_ptr<Search> &search, std::size_t index)
{
    get(addressOf(m_ports[index]) + "/api/version",
        [this, search, index](const HttpAnswer &answer) {
            const Json json = jsonOf(answer);
            if (!json.is_object() || !json.contains("version"))
                search->servers[index]->kind = "custom";
            settle(search);
        });
}

void LocalServerFinder::settle(const std::shared_ptr<Search> &search)
{
    if (--search->pending > 0 || search != m_search)
        return;
    std::vector<LocalServer> servers;
    for (auto &server : search->servers) {
        if (server)
            servers.push_back(std::move(*server));
    }
    const Found found = std::move(search->found);
    m_search.reset();
    if (found)
        found(std::move(servers));
}

} // namespace orrery::llm
