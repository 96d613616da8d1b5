// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures and documents in each provider's form, in messages and in the results of tools.
#include "core/llm/attachedparts.h"
#include "core/llm/attachmentlimits.h"
#include "core/llm/contentparts.h"
#include "tests/support/testregistry.h"
#ifndef Q_MOC_RUN // which cannot read raw strings
#include "tests/llm/contentpartcases.h"
#endif

#include <QTest>

using namespace orrery;
using namespace orrery::testing;
using llm::WireForm;

namespace {

llm::ModelProfile takingAll(WireForm form)
{
    llm::ModelProfile profile;
    profile.form = form;
    profile.images = profile.imageAddresses = profile.imagesInResults = profile.pdf = true;
    return profile;
}

/// A result of two pictures and a document, with its text.
Message pictureResult()
{
    Message message = Message::tool("call_1", "read_file", "Two pictures.");
    message.contentParts = {{{"text", "Two pictures.", Json::object()},
                             {"image", "QUJD", {{"media_type", "image/gif"}}},
                             {"file", kPdfBase64, {{"media_type", "application/pdf"}}}}};
    return message;
}

Json parsed(const std::string &text) { return Json::parse(text, nullptr, false); }

} // namespace

class TestContentParts : public QObject
{
    Q_OBJECT

private slots:
    void eachFormHasItsOwnWords_data()
    {
        QTest::addColumn<int>("form");
        QTest::addColumn<QByteArray>("part");
        QTest::addColumn<QByteArray>("expected");
        for (const PartCase &row : kPartCases)
            for (const auto &[name, form, expected] :
                 {std::tuple{"openai", WireForm::OpenAi, row.openAi},
                  std::tuple{"responses", WireForm::Responses, row.responses},
                  std::tuple{"anthropic", WireForm::Anthropic, row.anthropic},
                  std::tuple{"gemini", WireForm::Gemini, row.gemini}})
                QTest::addRow("%s, %s", row.name, name)
                    << int(form) << QByteArray(row.part) << QByteArray(expected);
    }
    void eachFormHasItsOwnWords()
    {
        QFETCH(int, form);
        QFETCH(QByteArray, part);
        QFETCH(QByteArray, expected);
        const Json json = parsed(part.toStdString());
        const ContentPart given{json["type"], json["content"],
                                json.value("options", Json::object())};
        const auto encoded = llm::encodePart(given, takingAll(WireForm(form)));
        QVERIFY2(encoded.has_value(), encoded ? "" : encoded.error().message.c_str());
        QCOMPARE(encoded->dump(), parsed(expected.toStdString()).dump());
    }

    void whatAModelDoesNotTakeIsSaidInItsPlace_data()
    {
        QTest::addColumn<int>("form");
        QTest::newRow("openai") << int(WireForm::OpenAi);
        QTest::newRow("responses") << int(WireForm::Responses);
        QTest::newRow("anthropic") << int(WireForm::Anthropic);
        QTest::newRow("gemini") << int(WireForm::Gemini);
    }
    void whatAModelDoesNotTakeIsSaidInItsPlace()
    {
        QFETCH(int, form);
        llm::ModelProfile none;
        none.form = WireForm(form);
        const auto text = [&](const ContentPart &part, const llm::ModelProfile &profile) {
            return llm::encodePart(part, profile)->value("text", std::string("not left out"));
        };
        const ContentPart picture{
            "image",
            "QUJDREVG",
            {{"media_type", "image/png"}, {"name", "a.png"}, {"width", 5}, {"height", 3}}};
        QCOMPARE(text(picture, none),
                 std::string("[the picture a.png (image/png, 5 × 3 pixels, 6 bytes) was "
                             "left out: the model does not take pictures]"));
        QCOMPARE(
            text({"file", kPdfBase64, {{"name", "a.pdf"}}}, none),
            std::string("[the document a.pdf (application/pdf, 9 bytes) was left out: the model "
                        "does not take PDF documents]"));
        none.images = true;
        QCOMPARE(text(picture, none), std::string("not left out"));
        QCOMPARE(
            text({"image_url", "https://example.org/a.png", Json::object()}, none),
            std::string("[the picture at https://example.org/a.png was left out: the model does "
                        "not take the addresses of pictures]"));
    }

    void whatIsAboveTheProvidersLimitsIsLeftOut()
    {
        llm::ModelProfile anthropic = takingAll(WireForm::Anthropic);
        anthropic.provider = "anthropic";
        QVERIFY(llm::attachmentLimitsOf(anthropic).pictures);
        const std::string most(5 * 1024 * 1024, 'A');
        const auto why = [&](ContentPart part) {
            return llm::whyLeftOut(part, anthropic).value_or("");
        };
        QCOMPARE(why({"image", most, Json::object()}), std::string());
        QCOMPARE(why({"image", most + "AAAA", Json::object()}),
                 std::string("anthropic takes at most 3.9 MB"));
        QCOMPARE(why({"image", "QUJD", {{"width", 8000}, {"height", 9}}}), std::string());
        QCOMPARE(why({"image", "QUJD", {{"width", 9}, {"height", 8001}}}),
                 std::string("anthropic takes at most 8000 pixels a side"));
    }

    void resultsHoldThemWhereTheFormHasAPlace()
    {
        std::string out;
        QVERIFY(llm::appendResultContent(out, pictureResult(), takingAll(WireForm::Anthropic)));
        const Json anthropic = parsed(out);
        QCOMPARE(anthropic.size(), std::size_t(3));
        QCOMPARE(anthropic[0].dump(), std::string(R"({"text":"Two pictures.","type":"text"})"));
        QVERIFY(anthropic[1]["source"]["media_type"] == Json("image/gif"));
        QVERIFY(anthropic[2]["type"] == Json("document"));

        out.clear();
        QVERIFY(llm::appendResultContent(out, pictureResult(), takingAll(WireForm::Responses)));
        QVERIFY(parsed(out)[1]["type"] == Json("input_image"));

        out = "[0";
        QVERIFY(llm::appendBesideResult(out, pictureResult(), takingAll(WireForm::Gemini)));
        const Json gemini = parsed(out + "]");
        QCOMPARE(gemini.size(), std::size_t(3));
        QCOMPARE(gemini[1].dump(),
                 std::string(R"({"inlineData":{"data":"QUJD","mimeType":"image/gif"}})"));
    }

    void inTheChatFormTheyFollowBehindTheResults()
    {
        const llm::ModelProfile chat = takingAll(WireForm::OpenAi);
        std::string out;
        QVERIFY(llm::appendResultContent(out, pictureResult(), chat));
        QVERIFY(parsed(out) == Json("Two pictures."));
        std::string items;
        QVERIFY(llm::appendBehindResults(items, pictureResult(), chat, "abc"));
        QVERIFY(llm::appendBehindResults(items, Message::tool("c", "t", "text"), chat, "c"));
        const Json list = parsed("[" + items + "]");
        QCOMPARE(list.size(), std::size_t(3));
        QVERIFY(list[0]["text"] == Json("[Of the result of call abc (read_file):]"));
        QVERIFY(list[1]["image_url"]["url"] == Json("data:image/gif;base64,QUJD"));
        QVERIFY(list[2]["type"] == Json("file"));
    }

    void aModelThatIsBlindReadsInTheResultWhatIsMissing()
    {
        for (const WireForm form :
             {WireForm::OpenAi, WireForm::Responses, WireForm::Anthropic, WireForm::Gemini}) {
            llm::ModelProfile blind;
            blind.form = form;
            std::string out;
            QVERIFY(llm::appendResultContent(out, pictureResult(), blind));
            QVERIFY(llm::appendBesideResult(out, pictureResult(), blind));
            QVERIFY(out.find("(image/gif, 3 bytes) was left out: the model does not take pictures")
                    != std::string::npos);
            QVERIFY(out.find("QUJD") == std::string::npos);
            std::string items;
            QVERIFY(llm::appendBehindResults(items, pictureResult(), blind, "c"));
            QCOMPARE(items, std::string());
        }
        llm::ModelProfile notThere = takingAll(WireForm::Anthropic);
        notThere.imagesInResults = false;
        std::string out;
        QVERIFY(llm::appendResultContent(out, pictureResult(), notThere));
        QVERIFY(out.find("does not take pictures in the results of tools") != std::string::npos);
    }

    void aResultOfTextStaysText()
    {
        for (const WireForm form : {WireForm::OpenAi, WireForm::Responses, WireForm::Anthropic}) {
            std::string out;
            QVERIFY(
                llm::appendResultContent(out, Message::tool("c", "t", "a\"b"), takingAll(form)));
            QCOMPARE(out, std::string("\"a\\\"b\""));
        }
    }
};

ORRERY_TEST(TestContentParts)
#include "tst_contentparts.moc"
