// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"

#include <memory>
#include <vector>

class QNetworkAccessManager;

namespace orrery::llm {

/// Sends requests to all providers, each in its own form, streamed or plain. Belongs to one thread with an event loop
/// and never blocks it; a body is read from where its encoder left it. Speaks HTTP/1.1, follows no redirect, uses no proxy and keeps no cookies,
/// so a key goes to the host that the person named and to no other.
class HttpModelClient final : public ModelClient
{
public:
    HttpModelClient();
    ~HttpModelClient() override;

    std::unique_ptr<ModelCall> start(ModelRequest request, ModelHandlers handlers) override;

private:
    QNetworkAccessManager *freeManager();

    std::vector<std::unique_ptr<QNetworkAccessManager>> m_managers;
};

} // namespace orrery::llm
