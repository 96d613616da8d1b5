// SPDX-License-Identifier: GPL-3.0-or-later
// However the bytes of a stream are cut, what was recorded comes out.
#include "core/llm/replyreader.h"
#include "tests/support/streamcases.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::llm;

namespace {

using Events = std::vector<StreamEvent>;

template <typename Frames>
Events eventsOf(const test::StreamCase &item)
{
    Frames frames;
    Events events;
    const auto take = [&](const std::vector<Json> &items) {
        for (const Json &chunk : items)
            if (!chunk.contains("$parse_error"))
                for (StreamEvent &event : decodeChunk(chunk, item.form))
                    if (event.kind != StreamEvent::Kind::Unknown)
                        events.push_back(std::move(event));
    };
    take(frames.feed(item.bytes));
    take(frames.flush());
    return events;
}

/// What an agent makes of the stream that comes in these pieces.
Json replyOf(const test::StreamCase &item, const std::vector<std::size_t> &cuts)
{
    ReplyReader::Expected expected;
    expected.profile.form = item.form;
    ReplyReader reader(std::move(expected), "host");
    std::vector<ModelDelta> deltas;
    std::size_t from = 0;
    for (const std::size_t cut : cuts) {
        reader.feed(std::string_view(item.bytes).substr(from, cut - from), deltas);
        from = cut;
    }
    reader.feed(std::string_view(item.bytes).substr(from), deltas);
    const auto reply = reader.end(false, "the end");
    Json shown = {{"text", ""}, {"thinking", ""}};
    for (const ModelDelta &delta : deltas) {
        shown["text"] = shown["text"].get<std::string>() + delta.text;
        shown["thinking"] = shown["thinking"].get<std::string>() + delta.thinking;
    }
    if (!reply)
        return {{"error", reply.error().message}, {"shown", shown}};
    Message message = reply->message;
    for (ToolCall &call : message.toolCalls)
        if (call.id && (call.id->starts_with("gemini_") || call.id->starts_with("call_")))
            call.id = "made up"; // anew each time
    return {{"message", toJson(message)},
            {"usage", toJson(reply->usage)},
            {"ending", toString(reply->ending)},
            {"shown", shown}};
}

Json listed(const Events &events)
{
    Json list = Json::array();
    for (const StreamEvent &event : events)
        list.push_back(toJson(event));
    return list;
}

Json assembled(const Events &events, WireForm form)
{
    StreamAssembler assembler(form);
    for (const StreamEvent &event : events)
        assembler.add(event);
    if (!assembler.error().is_null())
        return {{"error", assembler.error()}};
    Message message = *assembler.take();
    for (ToolCall &call : message.toolCalls)
        if (call.id && call.id->starts_with("gemini_"))
            call.id = "<gemini_id>"; // made up anew each time
    return {{"message", toJson(message)}};
}

std::string report(const Json &actual, const Json &expected)
{
    return Json::diff(expected, actual).dump();
}

} // namespace

Q_DECLARE_METATYPE(orrery::test::StreamCase)
Q_DECLARE_METATYPE(orrery::llm::WireForm)

class TestStreamSplits : public QObject
{
    Q_OBJECT

private slots:
    void cutsDoNotMatter_data()
    {
        QTest::addColumn<test::StreamCase>("item");
        for (const test::StreamCase &item : test::streamCases())
            QTest::newRow(item.id.c_str()) << item;
    }
    void cutsDoNotMatter()
    {
        QFETCH(test::StreamCase, item);
        const bool isArray = item.framing == test::Framing::JsonArray;
        const Events whole = isArray ? eventsOf<JsonArrayFrames>(item) : eventsOf<SseFrames>(item);
        const Json events = listed(whole);
        QVERIFY2(events == item.events, report(events, item.events).c_str());
        const Json message = assembled(whole, item.form);
        QVERIFY2(message == item.assembled, report(message, item.assembled).c_str());
        const Json reply = replyOf(item, {});
        std::vector<std::size_t> each;
        const std::size_t step = 1 + item.bytes.size() / std::size_t(test::rounds(150));
        for (std::size_t cut = 1; cut < item.bytes.size(); ++cut) {
            each.push_back(cut);
            if (cut % step != 0)
                continue;
            const Json pieces = replyOf(item, {cut});
            if (pieces != reply)
                QFAIL(("cut at " + std::to_string(cut) + ": " + report(pieces, reply)).c_str());
        }
        const Json bytes = replyOf(item, each);
        QVERIFY2(bytes == reply, report(bytes, reply).c_str());
    }

    void aChunkWithoutAnEndIsRefused_data()
    {
        QTest::addColumn<WireForm>("form");
        QTest::addColumn<QByteArray>("start");
        QTest::newRow("event") << WireForm::OpenAi << QByteArray("data: {\"id\":\"");
        QTest::newRow("event with CR") << WireForm::OpenAi << QByteArray(":\r\ndata: {\"id\":\"");
        QTest::newRow("object") << WireForm::Gemini << QByteArray("[{\"id\":\"");
        QTest::newRow("what blocks an array") << WireForm::Gemini << QByteArray("[1,");
    }
    void aChunkWithoutAnEndIsRefused()
    {
        QFETCH(WireForm, form);
        QFETCH(QByteArray, start);
        const std::string bytes = start.toStdString() + std::string(kMaxFrameBytes, 'x');
        for (const std::size_t piece : {bytes.size(), std::size_t(16384), std::size_t(1)}) {
            ReplyReader::Expected expected;
            expected.profile.form = form;
            ReplyReader reader(std::move(expected), "host");
            std::vector<ModelDelta> deltas;
            for (std::size_t from = 0; from < bytes.size() && !reader.complete(); from += piece)
                reader.feed(std::string_view(bytes).substr(from, piece), deltas);
            reader.feed("\"}\n\n]", deltas);
            QVERIFY(reader.complete());
            const auto reply = reader.take();
            QVERIFY(!reply);
            QVERIFY(reply.error().message.find("without an end") != std::string::npos);
        }
    }

    void whatEndsInTimeIsTaken()
    {
        const std::string start = "data: {\"choices\":[{\"delta\":{\"content\":\"";
        const std::string end = "\"}}]}\n\n";
        const std::string text(kMaxFrameBytes - start.size() - end.size(), 'x');
        ReplyReader reader({}, "host");
        std::vector<ModelDelta> deltas;
        reader.feed(start + text + end, deltas);
        QCOMPARE(deltas.size(), std::size_t(1));
        QCOMPARE(deltas[0].text.size(), text.size());
    }

    /// Whatever ends the lines, and wherever the bytes are cut, the events are the same.
    void lineEndsDoNotMatter()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int round = 0; round < test::rounds(300); ++round) {
            std::vector<std::string> expected;
            std::string bytes;
            const int style = int(random() % 4); // LF, CR LF, CR, mixed
            const auto endLine = [&] {
                static const std::string ends[] = {"\n", "\r\n", "\r"};
                std::string end = ends[style < 3 ? style : int(random() % 3)];
                if (end == "\n" && bytes.ends_with('\r'))
                    end = "\r\n"; // LF alone would be the second half of the end before
                bytes += end;
            };
            for (int i = 0; i < 20; ++i) {
                std::string data;
                if (random() % 3 == 0) {
                    bytes += ": a comment";
                    endLine();
                }
                const int lines = 1 + int(random() % 3);
                for (int line = 0; line < lines; ++line) {
                    const std::string text = std::to_string(i) + "/" + std::to_string(line);
                    bytes += random() % 2 == 0 ? "data: " : "data:";
                    bytes += text;
                    endLine();
                    data += (line > 0 ? "\n" : "") + text;
                }
                endLine();
                expected.push_back(data);
            }
            std::vector<std::string> found;
            SseFrames frames;
            for (std::size_t from = 0; from < bytes.size();) {
                const std::size_t piece = 1 + random() % 9;
                frames.add(std::string_view(bytes).substr(from, piece));
                from += piece;
                for (std::string_view data; frames.next(data);)
                    found.emplace_back(data);
            }
            frames.finish();
            for (std::string_view data; frames.next(data);)
                found.emplace_back(data);
            QVERIFY2(found == expected, ("round " + std::to_string(round)).c_str());
        }
    }
};

ORRERY_TEST(TestStreamSplits)
#include "tst_streamsplits.moc"
