// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/encodedrequest.h"

#include <QIODevice>

#include <memory>

namespace orrery::llm {

/// Lets Qt read the body of a request from where it lies, instead of from a copy.
class UploadDevice final : public QIODevice
{
    Q_OBJECT

public:
    explicit UploadDevice(std::shared_ptr<const EncodedRequest> body, QObject *parent = nullptr);

    bool isSequential() const override { return false; }
    qint64 size() const override { return qint64(m_body->size()); }
    bool seek(qint64 position) override;

protected:
    qint64 readData(char *to, qint64 most) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    std::shared_ptr<const EncodedRequest> m_body;
    EncodedRequest::Reader m_reader;
};

} // namespace orrery::llm
