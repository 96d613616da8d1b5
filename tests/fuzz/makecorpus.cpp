// SPDX-License-Identifier: GPL-3.0-or-later
// make-corpus FOLDER: writes what the fuzzers start from, of the recorded cases and of the sample team.
#include "tests/llm/responsesstreams.h"
#include "tests/support/pictures.h"
#include "tests/support/streamcases.h"

#include <QDir>

#include <cstdio>

using namespace orrery;

namespace {

bool write(const QString &folder, const std::string &name, const std::string &bytes)
{
    QDir().mkpath(folder);
    QFile file(folder + QLatin1Char('/') + QString::fromStdString(name));
    return file.open(QFile::WriteOnly)
           && file.write(bytes.data(), qsizetype(bytes.size())) == qsizetype(bytes.size());
}

std::string choice(llm::WireForm form) { return std::string(1, char(form)); }

bool writeStreams(const QString &folder)
{
    bool isWritten = true;
    for (const test::StreamCase &item : test::streamCases()) {
        // Form, options, size of the pieces.
        const std::string choices = choice(item.form) + '\0' + '\x07';
        isWritten &= write(folder + QLatin1String("/events"), item.id, choices + item.bytes);
    }
    return isWritten;
}

bool writeResponses(const QString &folder)
{
    bool isWritten = true;
    const Json suite = test::readJson("vectors/response_decode.json");
    for (const Json &item : suite["cases"]) {
        const Json &input = item["input"];
        const auto form = llm::wireFormFromString(input["provider"].get<std::string>());
        isWritten &= write(folder + QLatin1String("/response"), item["id"],
                           choice(*form) + input["response"].dump());
    }
    return isWritten;
}

bool writeResponsesApi(const QString &folder)
{
    const Json answer = test::answerOf(Json::array({test::reasoningItem("1", {"First.", "Then."}),
                                                    test::messageItem("2", "Hello."),
                                                    {{"type", "web_search_call"}, {"id", "ws_3"}},
                                                    test::callItem("4", "{\"a\":1}")}));
    const Json error = {{"type", "error"}, {"code", "server_error"}, {"message", "no"}};
    const QString into = folder + QLatin1String("/responses");
    return write(into, "stream", '\x07' + test::eventStream(test::streamOf(answer)))
           && write(into, "whole", '\x07' + answer.dump())
           && write(into, "error", '\x07' + test::eventStream({error}));
}

bool writeTeams(const QString &folder)
{
    QFile sample(QStringLiteral(ORRERY_SOURCE_DIR "/resources/sample/team.json"));
    return sample.open(QFile::ReadOnly)
           && write(folder + QLatin1String("/teamfile"), "sample", sample.readAll().toStdString())
           && write(folder + QLatin1String("/teamfile"), "smallest",
                    R"({"name": "a", "agents": [{"name": "b", "model": "ollama:c"}]})");
}

/// An event whose columns are all good, and one in which none is what it should be.
bool writeRows(const QString &folder)
{
    const std::string number = std::string("\x01\x01\x00", 3);
    const std::string text = std::string("\x03\x00", 2);
    return write(folder + QLatin1String("/journal"), "good",
                 "\x05" + number + number + text + text + number + number
                     + "\x03{\"message\": {\"role\": \"user\", \"content\": \"x\"}}")
           && write(folder + QLatin1String("/journal"), "bad",
                    std::string(14, '\x02') + "\x03[[[{\"a\":");
}

/// The first byte is the side to fit.
bool writePictures(const QString &folder)
{
    const QString here = folder + QLatin1String("/picture");
    return write(here, "png", "\x10" + testing::pngPicture(40, 30))
           && write(here, "transparent",
                    "\x10" + testing::pngPicture(90, 30, testing::Motif::Transparent))
           && write(here, "jpeg", "\x01" + testing::jpegPicture(400, 30, testing::Motif::Noise))
           && write(here, "gif", "\x20" + testing::gifPicture(40, 30))
           && write(here, "pdf", "\x20" + testing::pdfDocument());
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: make-corpus FOLDER\n");
        return 2;
    }
    const QString folder = QString::fromLocal8Bit(argv[1]);
    if (writeStreams(folder) && writeResponses(folder) && writeResponsesApi(folder)
        && writeTeams(folder) && writeRows(folder) && writePictures(folder))
        return 0;
    std::fprintf(stderr, "make-corpus: cannot write in %s\n", argv[1]);
    return 1;
}
