// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/strictserver.h"

#include <QHostAddress>
#include <QRegularExpression>
#include <QTcpSocket>

namespace orrery::testing {

using llm::WireForm;

namespace {

/// What stands before the wire form's own part of an address, as it does at the real server.
const char *pathOf(const std::string &provider)
{
    static const std::map<std::string, const char *> kPaths = {
        {"anthropic", ""},
        {"gemini", "/v1beta"},
        {"vertex", "/v1/projects/p/locations/global/publishers/google"},
        {"azure", "/openai/v1"},
        {"bedrock", "/openai/v1"},
        {"groq", "/openai/v1"},
        {"zai", "/api/paas/v4"},
        {"alibaba", "/compatible-mode/v1"},
        {"perplexity", ""},
        {"fireworks", "/inference/v1"},
        {"openrouter", "/api/v1"},
        {"github", "/inference"}};
    const auto it = kPaths.find(provider);
    return it == kPaths.end() ? "/v1" : it->second;
}

QByteArray headerOf(const QByteArray &head, const QByteArray &name)
{
    for (const QByteArray &line : head.split('\n'))
        if (line.toLower().startsWith(name + ":"))
            return line.mid(name.size() + 1).trimmed();
    return {};
}

bool needsKey(const std::string &provider)
{
    for (const char *local : {"ollama", "lmstudio", "llamacpp", "vllm", "sglang", "custom"})
        if (provider == local)
            return false;
    return true;
}

bool hasKey(const QByteArray &head, WireForm form)
{
    switch (form) {
    case WireForm::Anthropic: return !headerOf(head, "x-api-key").isEmpty();
    case WireForm::Gemini:
        return !headerOf(head, "x-goog-api-key").isEmpty()
               || headerOf(head, "authorization").startsWith("Bearer ");
    case WireForm::OpenAi:
    case WireForm::Responses: break;
    }
    return headerOf(head, "authorization").startsWith("Bearer ")
           || !headerOf(head, "api-key").isEmpty();
}

} // namespace

StrictServer::StrictServer()
{
    QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
        while (QTcpSocket *socket = m_server.nextPendingConnection())
            accept(socket);
    });
    m_server.listen(QHostAddress::LocalHost);
}

int StrictServer::open(StrictPlot plot, std::string busy, int busyFrom)
{
    const int number = static_cast<int>(m_conversations.size());
    m_conversations[number] = {plot, std::move(busy), busyFrom, 0, 0, {}, {}};
    return number;
}

std::string StrictServer::baseUrl(int number, const std::string &provider) const
{
    return "http://127.0.0.1:" + std::to_string(m_server.serverPort()) + "/"
           + std::to_string(number) + "/" + provider + pathOf(provider);
}

void StrictServer::accept(QTcpSocket *socket)
{
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    QObject::connect(socket, &QTcpSocket::readyRead, &m_server, [this, socket] { read(socket); });
}

void StrictServer::read(QTcpSocket *socket)
{
    QByteArray buffer = socket->property("buffer").toByteArray() + socket->readAll();
    while (true) {
        const auto headEnd = buffer.indexOf("\r\n\r\n");
        if (headEnd < 0)
            break;
        const QByteArray head = buffer.left(headEnd);
        if (headerOf(head, "expect").toLower() == "100-continue"
            && !socket->property("continued").toBool()) {
            socket->setProperty("continued", true);
            socket->write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        const auto length = headerOf(head, "content-length").toLongLong();
        if (buffer.size() < headEnd + 4 + length)
            break;
        const Answer given = answer(head, buffer.mid(headEnd + 4, length));
        buffer.remove(0, headEnd + 4 + length);
        socket->setProperty("continued", false);
        socket->write("HTTP/1.1 " + QByteArray::number(given.status) + " X\r\nContent-Type: "
                      + given.type + "\r\nContent-Length: " + QByteArray::number(given.body.size())
                      + "\r\n\r\n" + given.body);
        socket->flush();
    }
    socket->setProperty("buffer", buffer);
}

StrictServer::Answer StrictServer::answer(const QByteArray &head, const QByteArray &body)
{
    static const QRegularExpression kAddress(
        QStringLiteral("^POST /(\\d+)/([a-z0-9]+)(/\\S*)? HTTP"));
    const auto match = kAddress.match(QString::fromLatin1(head.left(head.indexOf('\r'))));
    const auto it = m_conversations.find(match.captured(1).toInt());
    if (!match.hasMatch() || it == m_conversations.end())
        return {404, "text/html", "<html>Not here</html>"};
    StrictRequest request;
    request.provider = match.captured(2).toStdString();
    request.body = Json::parse(body.begin(), body.end(), nullptr, false);
    const QString path = match.captured(3);
    static const QRegularExpression kGemini(
        QStringLiteral("/models/([^/:]+):streamGenerateContent"));
    const auto gemini = kGemini.match(path);
    const QString plain = path.section(QLatin1Char('?'), 0, 0);
    if (gemini.hasMatch())
        request.form = WireForm::Gemini;
    else if (plain.endsWith(QLatin1String("/messages")))
        request.form = WireForm::Anthropic;
    else if (plain.endsWith(QLatin1String("/responses")))
        request.form = WireForm::Responses;
    else if (!plain.endsWith(QLatin1String("/chat/completions"))) {
        it->second.refused.push_back({request.provider, "path", path.toStdString(), {}});
        return {404, "text/html", "<html>Not here</html>"};
    }
    request.model =
        gemini.hasMatch() ? gemini.captured(1).toStdString() : textOf(request.body, "model");
    if (needsKey(request.provider) && !hasKey(head, request.form)) {
        it->second.refused.push_back({request.provider, "key", "no key", {}});
        return {401, "application/json", R"({"error":{"message":"Invalid API key"}})"};
    }
    return answerIn(it->second, std::move(request), path.contains(QLatin1String("alt=sse")));
}

StrictServer::Answer StrictServer::answerIn(Conversation &conversation, StrictRequest request,
                                            bool asSse)
{
    const auto failure = [&](int status, const Refusal &refusal) {
        return Answer{status, "application/json",
                      QByteArray::fromStdString(errorBody(request, refusal, status).dump())};
    };
    if (request.body.is_discarded()) {
        conversation.refused.push_back({request.provider, "json", "not JSON", {}});
        return failure(400, {"We could not parse the JSON body of your request."});
    }
    if (auto broken = brokenRule(request)) {
        conversation.refused.push_back(
            {request.provider, broken->rule->id, broken->refusal.message.dump(), request.body});
        return failure(broken->rule->status, broken->refusal);
    }
    if (request.provider == conversation.busy && conversation.busyFrom <= conversation.answers) {
        ++conversation.turnedAway;
        return failure(
            503,
            {"The model is overloaded. Please try again later.", {}, {}, "service_unavailable"});
    }
    const int turn = conversation.answers++;
    conversation.by.push_back(request.provider);
    const StrictAnswer said = answerOf(conversation.plot, turn);
    if (said.ending == StrictAnswer::Ending::Malformed && request.provider == "groq")
        return failure(400, {"Failed to call a function. Please adjust your prompt. See "
                             "'failed_generation' for more details.",
                             {},
                             "tool_use_failed"});
    const bool isList = request.form == WireForm::Gemini && !asSse;
    return {200, isList ? "application/json" : "text/event-stream",
            streamOf(request, said, turn, !isList)};
}

} // namespace orrery::testing
