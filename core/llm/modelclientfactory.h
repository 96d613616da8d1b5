// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"

namespace orrery::llm {

/// Sends `scripted` requests to a ScriptedModel and all others over HTTP. Belongs to one thread, like its parts, which
/// are made when the first request needs them.
class RoutingClient final : public ModelClient
{
public:
    std::unique_ptr<ModelCall> start(ModelRequest request, ModelHandlers handlers) override;

private:
    std::unique_ptr<ModelClient> m_scripted;
    std::unique_ptr<ModelClient> m_http;
};

} // namespace orrery::llm
