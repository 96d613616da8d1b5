// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/httptransport.h"
#include "core/llm/modelclient.h"

#include <QObject>

#include <memory>

namespace orrery::llm {

/// Sends requests to all providers, each in its own form, streamed or plain. Belongs to one thread with an event loop
/// and never blocks it; connections are kept from one request to the next (HttpTransport). It must outlive its calls.
class HttpModelClient final : public ModelClient
{
public:
    std::unique_ptr<ModelCall> start(ModelRequest request, ModelHandlers handlers) override;

private:
    HttpTransport m_transport;
    QObject
        m_exchanges; ///< parent of what is under way, or to be deleted later by a loop that may have ended
};

} // namespace orrery::llm
