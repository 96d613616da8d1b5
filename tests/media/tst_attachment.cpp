// SPDX-License-Identifier: GPL-3.0-or-later
// What a file is by its content, how it is read, and what becomes of one that is too large.
#include "core/media/attachment.h"
#include "tests/support/pictures.h"
#include "tests/support/testregistry.h"

#include <QDateTime>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

using namespace orrery;
using namespace orrery::testing;

Q_DECLARE_METATYPE(std::string)

class TestAttachment : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path at(const char *name) const
    {
        return m_folder.filePath(name).toStdString();
    }
    std::filesystem::path written(const char *name, const std::string &bytes) const
    {
        std::ofstream(at(name), std::ios::binary) << bytes;
        return at(name);
    }
    static std::string said(const Result<media::Attachment> &attachment)
    {
        return attachment ? "loaded" : attachment.error().message;
    }

private slots:
    void aFileIsWhatItHolds_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<std::string>("type");
        QTest::addColumn<unsigned>("width");
        QTest::addColumn<unsigned>("height");
        const std::string webp("RIFF\x1A\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x09\0\0\x04\0\0", 30);
        QTest::newRow("PNG") << pngPicture(5, 3) << std::string("image/png") << 5U << 3U;
        QTest::newRow("JPEG") << jpegPicture(6, 4) << std::string("image/jpeg") << 6U << 4U;
        QTest::newRow("GIF") << gifPicture(300, 2) << std::string("image/gif") << 300U << 2U;
        QTest::newRow("WebP") << webp << std::string("image/webp") << 10U << 5U;
        QTest::newRow("PDF") << pdfDocument() << std::string("application/pdf") << 0U << 0U;
        QTest::newRow("text") << std::string("hello") << std::string() << 0U << 0U;
        QTest::newRow("nothing") << std::string() << std::string() << 0U << 0U;
        QTest::newRow("a picture that is cut")
            << pngPicture(5, 3).substr(0, 18) << std::string() << 0U << 0U;
        QTest::newRow("another kind") << std::string("BM and more") << std::string() << 0U << 0U;
    }
    void aFileIsWhatItHolds()
    {
        QFETCH(std::string, bytes);
        QFETCH(std::string, type);
        QFETCH(unsigned, width);
        QFETCH(unsigned, height);
        // The name says something else each time.
        const auto attachment = media::attachmentOf("notes.txt", bytes);
        if (type.empty()) {
            QVERIFY(!attachment);
            QVERIFY(attachment.error().message.starts_with("notes.txt is "));
            return;
        }
        QVERIFY2(attachment.has_value(), said(attachment).c_str());
        QCOMPARE(attachment->mediaType, type);
        QCOMPARE(attachment->size.width, width);
        QCOMPARE(attachment->size.height, height);
    }

    void pagesAreCounted()
    {
        QCOMPARE(media::attachmentOf("a.pdf", pdfDocument(3))->pages, std::size_t(3));
        QCOMPARE(media::attachmentOf("a.pdf", "%PDF-1.7 packed")->pages, std::size_t(0));
    }

    void aPartHoldsTheFileAndWhatIsKnownOfIt()
    {
        const std::string bytes = pngPicture(5, 3);
        const ContentPart part = media::partOf(*media::attachmentOf("a.png", bytes));
        QCOMPARE(part.type, std::string("image"));
        QCOMPARE(QByteArray::fromBase64(QByteArray::fromStdString(part.content)).toStdString(),
                 bytes);
        QVERIFY(
            (part.options
             == Json{{"media_type", "image/png"}, {"name", "a.png"}, {"width", 5}, {"height", 3}}));
        const ContentPart document = media::partOf(*media::attachmentOf("a.pdf", pdfDocument()));
        QCOMPARE(document.type, std::string("file"));
        QVERIFY((document.options
                 == Json{{"media_type", "application/pdf"}, {"name", "a.pdf"}, {"pages", 2}}));
    }

    void anyFileIsReadThatThePersonNames()
    {
        const auto picture = written("real.png", pngPicture(5, 3));
        std::filesystem::create_symlink(picture, at("link.png"));
        for (const auto &path : {picture, at("link.png")}) {
            const auto attachment = media::loadAttachment(path, {});
            QVERIFY2(attachment.has_value(), said(attachment).c_str());
            QCOMPARE(attachment->name, path.filename().string());
        }
    }

    void whatIsNoFileIsRefused()
    {
        QVERIFY(said(media::loadAttachment(at("none.png"), {})).find("cannot be read")
                != std::string::npos);
        QCOMPARE(media::loadAttachment(at("none.png"), {}).error().code, ErrorCode::NotFound);
        std::filesystem::create_directory(at("folder"));
        QVERIFY(said(media::loadAttachment(at("folder"), {})).find("is no file")
                != std::string::npos);
        QCOMPARE(mkfifo(at("pipe").c_str(), 0600), 0); // would keep a reader for ever
        QVERIFY(said(media::loadAttachment(at("pipe"), {})).find("is no file")
                != std::string::npos);
    }

    void aHugeFileIsRefusedUnread()
    {
        written("huge.png", pngPicture(5, 3));
        std::filesystem::resize_file(at("huge.png"), 1ULL << 40); // more than memory and disk have
        const std::string text = said(media::loadAttachment(at("huge.png"), {}));
        QVERIFY2(text.find("has 1099511627776 bytes") != std::string::npos, text.c_str());
    }

    void aPictureAboveTheLimitsIsMadeSmaller_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<unsigned>("side");
        QTest::addColumn<quint64>("most");
        QTest::addColumn<std::string>("type");
        QTest::newRow("a long PNG")
            << pngPicture(900, 10) << 300U << quint64(0) << std::string("image/jpeg");
        QTest::newRow("a long JPEG")
            << jpegPicture(10, 900) << 300U << quint64(0) << std::string("image/jpeg");
        QTest::newRow("a heavy PNG") << pngPicture(200, 200, Motif::Noise) << 0U << quint64(9000)
                                     << std::string("image/jpeg");
        QTest::newRow("a heavy JPEG") << jpegPicture(300, 300, Motif::Noise) << 0U << quint64(9000)
                                      << std::string("image/jpeg");
        QTest::newRow("transparent") << pngPicture(700, 50, Motif::Transparent) << 300U
                                     << quint64(0) << std::string("image/png");
        QTest::newRow("within them")
            << pngPicture(30, 30) << 300U << quint64(5000) << std::string("image/png");
    }
    void aPictureAboveTheLimitsIsMadeSmaller()
    {
        QFETCH(std::string, bytes);
        QFETCH(unsigned, side);
        QFETCH(quint64, most);
        QFETCH(std::string, type);
        auto attachment = media::attachmentOf("a", bytes);
        const media::PictureSize before = attachment->size;
        const auto fits = media::fitTo(*attachment, {true, true, most, side, 0});
        QVERIFY2(fits.has_value(), fits ? "" : fits.error().message.c_str());
        QCOMPARE(attachment->mediaType, type);
        QCOMPARE(std::string(media::attachableType(attachment->bytes)), type);
        QVERIFY(attachment->size == media::pictureSize(attachment->bytes));
        QVERIFY(side == 0 || std::max(attachment->size.width, attachment->size.height) <= side);
        QVERIFY(most == 0 || attachment->bytes.size() <= most);
        // The longer side stays the longer one, nearly in proportion.
        const double was = double(before.width) / before.height;
        const double is = double(attachment->size.width) / attachment->size.height;
        QVERIFY(std::abs(was / is - 1) < 0.2);
    }

    void theSmallerPictureShowsTheSame()
    {
        auto attachment = media::attachmentOf("a", pngPicture(400, 40, Motif::Transparent));
        QVERIFY(media::fitTo(*attachment, {true, true, 0, 100, 0}).has_value());
        png_image image = {};
        image.version = PNG_IMAGE_VERSION;
        QVERIFY(png_image_begin_read_from_memory(&image, attachment->bytes.data(),
                                                 attachment->bytes.size()));
        image.format = PNG_FORMAT_RGBA;
        std::vector<unsigned char> pixels(PNG_IMAGE_SIZE(image));
        QVERIFY(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr));
        QCOMPARE(image.width, 100U);
        QCOMPARE(pixels[3], static_cast<unsigned char>(0)); // left: transparent black
        QCOMPARE(pixels[99 * 4], static_cast<unsigned char>(255));
        QCOMPARE(pixels[99 * 4 + 3], static_cast<unsigned char>(255));
    }

    void whatCannotBeMadeSmallerIsRefusedWithTheLimit_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<std::string>("said");
        std::string bomb = pngPicture(5, 3);
        bomb.replace(16, 8, std::string("\0\0\xEA\x60\0\0\xEA\x60", 8)); // 60,000 × 60,000
        QTest::newRow("a GIF") << gifPicture(9000, 10)
                               << std::string(
                                      "a has 14 bytes and 9000 × 10 pixels; the model takes at "
                                      "most 1.0 MB and 300 pixels a side: only PNG and JPEG");
        QTest::newRow("more pixels than memory has") << bomb << std::string("50 million pixels");
        QTest::newRow("a broken PNG")
            << pngPicture(900, 10).substr(0, 60) << std::string("the PNG is broken");
        QTest::newRow("a document")
            << pdfDocument() + std::string(2'000'000, ' ') << std::string("at most 1.0 MB.");
    }
    void whatCannotBeMadeSmallerIsRefusedWithTheLimit()
    {
        QFETCH(std::string, bytes);
        QFETCH(std::string, said);
        auto attachment = media::attachmentOf("a", bytes);
        const auto fits = media::fitTo(*attachment, {true, true, 1'000'000, 300, 1'000'000});
        QVERIFY(!fits);
        QVERIFY2(fits.error().message.find(said) != std::string::npos,
                 fits.error().message.c_str());
    }

    void bytesOfStrangersBreakNothing()
    {
        const auto seed = QDateTime::currentMSecsSinceEpoch();
        qInfo("seed %lld", static_cast<long long>(seed));
        std::mt19937 random(static_cast<unsigned>(seed));
        const std::string originals[] = {pngPicture(40, 30, Motif::Noise),
                                         jpegPicture(40, 30, Motif::Noise), gifPicture(40, 30)};
        for (int round = 0; round < 3000; ++round) {
            std::string bytes = originals[random() % std::size(originals)];
            for (unsigned i = random() % 6; i > 0; --i)
                bytes[random() % std::min<std::size_t>(bytes.size(), 200)] =
                    static_cast<char>(random());
            if (random() % 3 == 0)
                bytes.resize(random() % (bytes.size() + 1));
            auto attachment = media::attachmentOf("a", bytes);
            if (!attachment
                || std::uint64_t(attachment->size.width) * attachment->size.height > 1'000'000)
                continue;
            if (media::fitTo(*attachment, {true, true, 0, 20, 0}))
                QVERIFY(!attachment->isPicture() || attachment->size.width <= 20);
        }
    }
};

ORRERY_TEST(TestAttachment)
#include "tst_attachment.moc"
