// SPDX-License-Identifier: GPL-3.0-or-later
// However the bytes of a stream are cut, what was recorded comes out.
#include "tests/support/streamcases.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::llm;

namespace {

using Events = std::vector<StreamEvent>;

Events decode(const test::StreamCase &item, const std::vector<std::size_t> &cuts)
{
    StreamDecoder decoder(item.form, item.framing);
    Events events;
    std::size_t from = 0;
    for (const std::size_t cut : cuts) {
        decoder.feed(std::string_view(item.bytes).substr(from, cut - from), events);
        from = cut;
    }
    decoder.feed(std::string_view(item.bytes).substr(from), events);
    decoder.finish(events);
    return events;
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
        const Events whole = decode(item, {});
        const Json events = listed(whole);
        QVERIFY2(events == item.events, report(events, item.events).c_str());
        const Json message = assembled(whole, item.form);
        QVERIFY2(message == item.assembled, report(message, item.assembled).c_str());
        std::vector<std::size_t> each;
        for (std::size_t cut = 1; cut < item.bytes.size(); ++cut) {
            each.push_back(cut);
            const Events pieces = decode(item, {cut});
            // What is assembled of equal events is equal, so it is looked at once, at the end.
            if (pieces != whole)
                QFAIL(("cut at " + std::to_string(cut)).c_str());
        }
        const Events bytes = decode(item, each);
        QVERIFY(bytes == whole);
        QVERIFY(assembled(bytes, item.form) == message);
    }

    void aChunkWithoutAnEndIsRefused_data()
    {
        QTest::addColumn<Framing>("framing");
        QTest::addColumn<QByteArray>("start");
        QTest::newRow("event") << Framing::ServerSentEvents << QByteArray("data: {\"id\":\"");
        QTest::newRow("object") << Framing::JsonArray << QByteArray("[{\"id\":\"");
        QTest::newRow("what blocks an array") << Framing::JsonArray << QByteArray("[1,");
    }
    void aChunkWithoutAnEndIsRefused()
    {
        QFETCH(Framing, framing);
        QFETCH(QByteArray, start);
        const std::string bytes = start.toStdString() + std::string(kMaxFrameBytes, 'x');
        const Json expected = {{{"type", "error"}, {"reason", "buffer_overflow"}}};
        for (const std::size_t piece : {bytes.size(), std::size_t(16384), std::size_t(1)}) {
            StreamDecoder decoder(WireForm::OpenAi, framing);
            Events events;
            for (std::size_t from = 0; from < bytes.size(); from += piece)
                decoder.feed(std::string_view(bytes).substr(from, piece), events);
            decoder.feed("\"}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n",
                         events);
            decoder.finish(events);
            QCOMPARE(listed(events).dump(), expected.dump());
        }
    }

    void whatEndsInTimeIsTaken()
    {
        const std::string start = "data: {\"choices\":[{\"delta\":{\"content\":\"";
        const std::string end = "\"}}]}\n\n";
        const std::string text(kMaxFrameBytes - start.size() - end.size(), 'x');
        StreamDecoder decoder(WireForm::OpenAi);
        Events events;
        decoder.feed(start + text + end, events);
        decoder.finish(events);
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(events[0].text.size(), text.size());
    }
};

ORRERY_TEST(TestStreamSplits)
#include "tst_streamsplits.moc"
