// PKCS#11 3.2 §5.4: library, interfaces, information.
#include "entry/bind_general.hpp"

#include <cstring>
#include <string_view>

#include "entry/function_lists.hpp"
#include "entry/guard.hpp"
#include "entry/init_args.hpp"
#include "waist/visible.hpp"

namespace jpki::p11 {

namespace {

constexpr CK_VERSION kInterfaceVersion{3, 2};
constexpr CK_VERSION kLibraryVersion{JPKI_VERSION_MAJOR, JPKI_VERSION_MINOR};

Status get_info(CK_INFO_PTR info, CK_VERSION version) {
    if (info == nullptr) return fail(Errc::arguments_bad);
    *info = CK_INFO{};
    info->cryptokiVersion = version;
    pad("JPKI", info->manufacturerID, sizeof info->manufacturerID);
    pad("jpki-pkcs11", info->libraryDescription, sizeof info->libraryDescription);
    info->libraryVersion = kLibraryVersion;
    return {};
}

std::string_view name_of(const CK_INTERFACE& interface) {
    return reinterpret_cast<const char*>(interface.pInterfaceName);
}

CK_VERSION version_of(const CK_INTERFACE& interface) {
    CK_VERSION version{};
    std::memcpy(&version, interface.pFunctionList, sizeof version);
    return version;
}

}  // namespace

CK_RV get_info_as(CK_INFO_PTR info, CK_VERSION version) noexcept {
    return guarded_with_module(Fn::C_GetInfo, [&](Module&) { return get_info(info, version); }, info);
}

Status bind::C_Initialize(CK_VOID_PTR args) {
    JPKI_TRY_ASSIGN(const InitArgs parsed, parse_init_args(static_cast<const CK_C_INITIALIZE_ARGS*>(args)));
    return library::initialize(parsed);
}

Status bind::C_Finalize(CK_VOID_PTR reserved) {
    JPKI_TRY(library::module());
    if (reserved != nullptr) return fail(Errc::arguments_bad);
    return library::finalize();
}

Status bind::C_GetInfo(Module& /*module*/, CK_INFO_PTR info) { return get_info(info, kInterfaceVersion); }

Status bind::C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
    if (list == nullptr) return fail(Errc::arguments_bad);
    *list = list_2_40();
    return {};
}

Status bind::C_GetInterfaceList(CK_INTERFACE_PTR list, CK_ULONG_PTR count) {
    return deliver(OutBuffer<CK_INTERFACE>(list, count), interfaces());
}

Status bind::C_GetInterface(CK_UTF8CHAR_PTR name, CK_VERSION_PTR version, CK_INTERFACE_PTR_PTR found,
                            CK_FLAGS flags) {
    if (found == nullptr) return fail(Errc::arguments_bad);
    const std::string_view wanted = name == nullptr ? "PKCS 11" : reinterpret_cast<const char*>(name);
    for (CK_INTERFACE& interface : interfaces()) {
        const CK_VERSION offered = version_of(interface);
        const bool fits =
            name_of(interface) == wanted && (interface.flags & flags) == flags &&
            (version == nullptr || (version->major == offered.major && version->minor == offered.minor));
        if (!fits) continue;
        *found = &interface;
        return {};
    }
    return fail(Errc::arguments_bad, "no such interface");
}

void pad(std::string_view text, CK_UTF8CHAR* field, std::size_t size) {
    // Readers and cards choose such texts, and programs show them.
    const std::string shown = visible(text, size, "");
    std::fill_n(field, size, static_cast<CK_UTF8CHAR>(' '));
    std::ranges::copy(shown, field);
}

}  // namespace jpki::p11
