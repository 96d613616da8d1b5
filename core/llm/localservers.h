// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/httpfetch.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace orrery::llm {

/// A model server that answered on this machine.
struct LocalServer {
    std::string kind;    ///< a provider's name: ollama, lmstudio, llamacpp, vllm
    std::string baseUrl; ///< with /v1
    std::vector<std::string> models;
};

/// Where to look, and what usually listens there.
struct LocalPort {
    std::string kind;
    std::uint16_t port = 0;
};

/// Asks the usual ports on loopback which model servers run here. Only when told to, and never another host. Belongs
/// to one thread with an event loop.
class LocalServerFinder final : public QObject
{
public:
    /// Called once, from the event loop, with the servers in the order of the ports.
    using Found = std::function<void(std::vector<LocalServer>)>;

    explicit LocalServerFinder(std::vector<LocalPort> ports = usualPorts(), int timeoutMs = 1500);
    ~LocalServerFinder() override;

    /// Ollama 11434, LM Studio 1234, llama.cpp 8080 and 9931, vLLM 8000.
    static std::vector<LocalPort> usualPorts();

    /// Starts a search; one that is under way is given up without a report.
    void find(Found found);

private:
    struct Search;

    void askModels(const std::shared_ptr<Search> &search, std::size_t index);
    void askOllamaVersion(const std::shared_ptr<Search> &search, std::size_t index);
    void settle(const std::shared_ptr<Search> &search);
    void get(const std::string &url, std::function<void(HttpAnswer)> done);

    std::vector<LocalPort> m_ports;
    int m_timeoutMs;
    HttpTransport m_transport;
    std::vector<std::unique_ptr<HttpFetch>> m_fetches; ///< of the search
    std::shared_ptr<Search> m_search;
};

} // namespace orrery::llm
