// The engine that runs a Profile: the Card port in terms of files and commands. One per card, used inside
// leases; it remembers what it discovered of the card and the public certificates, never a PIN or a login.
#pragma once

#include "iso7816/channel.hpp"
#include "profile/certificate_file.hpp"
#include "profile/profile.hpp"
#include "profile/serial_number.hpp"
#include "waist/card_port.hpp"

namespace jpki::card {

class FileCard final : public Card {
  public:
    // `others`: what the card may turn out to be instead of `assumed`, by the label in its token information.
    FileCard(const Profile& assumed, Random& random, Log& log, Logout logout = Logout::application,
             std::span<const Profile* const> others = {})
        : profile_(&assumed),
          others_(others),
          channel_(log),
          files_(channel_),
          random_(&random),
          log_(&log),
          logout_(logout) {}

    void serve(Connection& connection, const Waiter& waiter) noexcept override {
        channel_.serve(connection, waiter);
    }
    [[nodiscard]] bool sent_irreversible() const noexcept override { return channel_.sent_irreversible(); }
    Status open() override;
    [[nodiscard]] const CardFamily& family() const noexcept override { return profile_->family; }
    Result<ByteView> identify() override;
    [[nodiscard]] bool identity_is_unique() const noexcept override { return identity_is_certificate_; }
    Result<PinCounter> read_counter(KeyPurpose purpose) override;
    Status verify(KeyPurpose purpose, const PinSource& pin) override;
    [[nodiscard]] bool is_verified(KeyPurpose purpose) const noexcept override {
        return purposes_[index_of(purpose)].verified;
    }
    Status change_pin(KeyPurpose purpose, const SecretBytes& new_pin) override;
    Result<ByteView> read_certificate(KeyPurpose purpose, CertRole role, std::size_t at_least) override;
    [[nodiscard]] std::size_t certificate_size(KeyPurpose purpose, CertRole role) const noexcept override;
    Result<Bytes> sign(KeyPurpose purpose, SignScheme scheme, ByteView data) override;
    Result<PssAnswer> probe_pss() override;
    Disposition close(TimePoint deadline) override;
    void on_reset() noexcept override;

  private:
    // Whether selecting another application really ends this key's login; unknown until it was tried on this
    // card.
    enum class LogoutProof : std::uint8_t { unknown, works, fails };

    struct KeyState {
        std::array<CertificateFile, 2> certificates;
        bool verified = false;     // by us, in this lease
        bool may_be_open = false;  // a VERIFY left in this lease, and was not refused
        LogoutProof logout_proof = LogoutProof::unknown;
        bool sfi_pin_proven = false;  // the short form of the counter query was answered 63Cx
    };
    static constexpr std::uint8_t kCurrentFile =
        0x80;  // P2: the file that is current holds the PIN or the key
    static std::uint8_t by_short_id(FileId file) {
        return static_cast<std::uint8_t>(kCurrentFile | file.sfi);
    }
    // 6982 where nobody can log in first means that something is wrong, not that the user should.
    static Status needing_no_login(Status status);

    // file_card.cpp: the application, counters, PINs, certificates
    void forget_verified() noexcept;
    Result<StatusWord> send_pin(const Header& header, const SecretBytes& pin);
    Status select_application(std::span<const std::uint8_t> aid);
    Status select_our_application();
    Result<StatusWord> query_counter(KeyPurpose purpose, bool by_sfi);
    // file_card_identity.cpp
    Status take_identity(Bytes found);
    Status check_identity(ByteView found);
    Result<Bytes> read_identity();
    void recognise(ByteView token_information);
    // file_card_sign.cpp
    Result<Response> compute_signature(KeyPurpose purpose, std::uint8_t p1, ByteView data);
    // The same, and once more with SELECT where the card does not take the key's short identifier.
    Result<Response> sign_command(KeyPurpose purpose, std::uint8_t p1, ByteView data);
    // file_card_logout.cpp
    bool select_neutral();
    bool leave_application();
    LogoutProof try_what_needs_a_login(KeyPurpose purpose);
    LogoutProof try_guarded_certificate(KeyPurpose purpose);
    LogoutProof try_authentication_key();
    void forget_login();

    KeyState& state(KeyPurpose purpose) { return purposes_[index_of(purpose)]; }

    const Profile* profile_;
    std::span<const Profile* const> others_;
    Channel channel_;
    FileReader files_;
    Random* random_;
    Log* log_;
    Logout logout_;

    Bytes identity_;  // empty until the first identification
    ByteRange mark_;  // the part of it that later leases look at
    bool identity_is_certificate_ =
        true;                        // false: the certificate cannot be read without a login, or is not there
    bool identity_checked_ = false;  // in this lease
    bool powered_up_ = true;         // no command was sent since power-up
    bool login_tried_ = false;       // a VERIFY left in this lease, whatever became of it
    bool sfi_sign_refused_ = false;
    std::array<KeyState, 2> purposes_;
};

}  // namespace jpki::card
