// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"

#include <QElapsedTimer>
#include <QTest>

#include <memory>
#include <optional>

namespace orrery::testing {

/// Starts requests and keeps what the handlers report.
class ModelProbe
{
public:
    explicit ModelProbe(llm::ModelClient &client) : m_client(client) {}

    void start(llm::ModelRequest request)
    {
        deltas.clear();
        text.clear();
        thinking.clear();
        result.reset();
        doneCount = 0;
        llm::ModelHandlers handlers;
        handlers.onDelta = [this](const llm::ModelDelta &delta) {
            deltas.push_back(delta);
            text += delta.text;
            thinking += delta.thinking;
            if (onDelta)
                onDelta();
        };
        handlers.onDone = [this](Result<llm::ModelReply> reply) {
            ++doneCount;
            result = std::move(reply);
        };
        call = m_client.start(std::move(request), std::move(handlers));
    }

    /// Starts and waits for the end; false when there was none within the time.
    bool run(llm::ModelRequest request, int ms = 10000)
    {
        start(std::move(request));
        return QTest::qWaitFor([this] { return result.has_value(); }, ms);
    }

    const llm::ModelReply &reply() const { return **result; }
    const Error &error() const { return result->error(); }
    bool failed() const { return result && !result->has_value(); }
    bool succeeded() const { return result && result->has_value(); }

    std::function<void()> onDelta;
    std::vector<llm::ModelDelta> deltas;
    std::string text;
    std::string thinking;
    std::optional<Result<llm::ModelReply>> result;
    int doneCount = 0;
    std::unique_ptr<llm::ModelCall> call;

private:
    llm::ModelClient &m_client;
};

} // namespace orrery::testing
