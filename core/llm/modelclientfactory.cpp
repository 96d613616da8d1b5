// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/modelclientfactory.h"

#include "core/llm/httpmodelclient.h"
#include "core/llm/scriptedmodel.h"

namespace orrery::llm {

std::unique_ptr<ModelCall> RoutingClient::start(ModelRequest request, ModelHandlers handlers)
{
    if (request.provider == "scripted") {
        if (!m_scripted)
            m_scripted = std::make_unique<ScriptedModel>();
        return m_scripted->start(std::move(request), std::move(handlers));
    }
    if (!m_http)
        m_http = std::make_unique<HttpModelClient>();
    return m_http->start(std::move(request), std::move(handlers));
}

std::unique_ptr<ModelClient> makeModelClient() { return std::make_unique<RoutingClient>(); }

} // namespace orrery::llm
