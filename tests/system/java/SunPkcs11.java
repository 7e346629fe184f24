// What Java programs do with a token through SunPKCS11: key store and signatures, verified by Java's own RSA.
//
//   java SunPkcs11 CONFIGURATION PIN STEP...
//
//   list        the key store's entries: alias, whether it has a key, length of the chain
//   algorithms  the RSA signatures with a hash of the SHA families that the provider offers
//   one-shot    a signature with each of them, the data in one piece
//   multi-part  the same in seven pieces
//   pss         RSASSA-PSS with SHA-256, under both its names
//   raw         NONEwithRSA over a DigestInfo; Java 17 has it only for keys that encrypt, too
//   threads     four threads, twelve signatures
//   first       the provider before all others, so that Java asks it for everything it has
//   logout      the provider logs out: no signature any more
// Each step prints what it has found; the first exception ends the program with exit status 1.
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

public class SunPkcs11 {
    private static final String SOFTWARE = "SunRsaSign";
    private static final AlgorithmParameterSpec PSS_SHA256 =
        new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);

    private final Provider provider;
    private final KeyStore store;
    private final PrivateKey key;
    private final PublicKey publicKey;

    private SunPkcs11(String configuration, String pin) throws Exception {
        provider = Security.getProvider("SunPKCS11").configure(configuration);
        Security.addProvider(provider);
        store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, pin.toCharArray());
        String owner = null;
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) owner = alias;
        }
        key = (PrivateKey) store.getKey(owner, null);
        publicKey = store.getCertificate(owner).getPublicKey();
    }

    private void list() throws GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            Certificate[] chain = store.getCertificateChain(alias);
            System.out.printf("%s, %s, chain of %d%n", alias, store.isKeyEntry(alias) ? "key" : "no key",
                chain == null ? 0 : chain.length);
        }
    }

    private Set<String> algorithms() {
        Set<String> names = new TreeSet<>();
        for (Provider.Service service : provider.getServices()) {
            String name = service.getAlgorithm();
            if (service.getType().equals("Signature") && name.matches("SHA.*withRSA")) names.add(name);
        }
        return names;
    }

    // Signs data in so many pieces, and verifies the signature.
    private void sign(Signature signer, Signature verifier, int pieces) throws GeneralSecurityException {
        byte[] data = new byte[10007]; // more than SunPKCS11 keeps before it calls C_SignUpdate, and not divisible
        for (int i = 0; i < data.length; ++i) data[i] = (byte) (i * pieces);
        signer.initSign(key);
        for (int piece = 0; piece < pieces; ++piece) {
            int begin = data.length * piece / pieces;
            signer.update(data, begin, data.length * (piece + 1) / pieces - begin);
        }
        byte[] signature = signer.sign();
        verifier.initVerify(publicKey);
        verifier.update(data);
        if (!verifier.verify(signature)) throw new SignatureException(signer + ": the signature is wrong");
    }

    private void sign(String algorithm, int pieces) throws GeneralSecurityException {
        sign(Signature.getInstance(algorithm, provider), Signature.getInstance(algorithm, SOFTWARE), pieces);
    }

    private void signAll(int pieces) throws GeneralSecurityException {
        int count = 0;
        for (String algorithm : algorithms()) {
            sign(algorithm, pieces);
            ++count;
        }
        System.out.println(count + " signatures");
    }

    private void pss() throws GeneralSecurityException {
        for (String algorithm : List.of("RSASSA-PSS", "SHA256withRSASSA-PSS")) {
            for (int pieces : new int[] {1, 7}) {
                Signature signer = Signature.getInstance(algorithm, provider);
                Signature verifier = Signature.getInstance("RSASSA-PSS", SOFTWARE);
                signer.setParameter(PSS_SHA256);
                verifier.setParameter(PSS_SHA256);
                sign(signer, verifier, pieces);
            }
            System.out.println(algorithm);
        }
    }

    private void raw() throws GeneralSecurityException {
        Signature signer = Signature.getInstance("NONEwithRSA");
        try {
            signer.initSign(key);
        } catch (InvalidKeyException refused) {
            System.out.println("no NONEwithRSA");
            return;
        }
        byte[] data = {1, 2, 3};
        signer.update(HexFormat.of().parseHex("3031300d060960864801650304020105000420")); // DigestInfo of SHA-256
        signer.update(MessageDigest.getInstance("SHA-256").digest(data));
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance("SHA256withRSA", SOFTWARE);
        verifier.initVerify(publicKey);
        verifier.update(data);
        if (!verifier.verify(signature)) throw new SignatureException("NONEwithRSA: the signature is wrong");
        System.out.println("NONEwithRSA");
    }

    private void first() throws GeneralSecurityException {
        Security.removeProvider(provider.getName());
        Security.insertProviderAt(provider, 1);
        Signature signer = Signature.getInstance("SHA256withRSA");
        Signature verifier = Signature.getInstance("SHA256withRSA");
        sign(signer, verifier, 2);
        System.out.println("signed by " + signer.getProvider().getName() + ", verified by " + verifier.getProvider().getName());
    }

    private void threads() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 1; i <= 12; ++i) {
            int pieces = i;
            tasks.add(() -> {
                sign("SHA256withRSA", pieces);
                return null;
            });
        }
        try {
            for (Future<Void> task : pool.invokeAll(tasks)) task.get();
        } finally {
            pool.shutdown();
        }
        System.out.println(tasks.size() + " signatures");
    }

    private void logout() throws GeneralSecurityException {
        ((AuthProvider) provider).logout();
        try {
            sign("SHA256withRSA", 1);
            throw new GeneralSecurityException("signed after logout");
        } catch (ProviderException refused) {
            System.out.println("refused");
        }
    }

    public static void main(String[] arguments) throws Exception {
        SunPkcs11 token = new SunPkcs11(arguments[0], arguments[1]);
        for (int i = 2; i < arguments.length; ++i) {
            switch (arguments[i]) {
                case "list" -> token.list();
                case "algorithms" -> System.out.println(String.join(" ", token.algorithms()));
                case "one-shot" -> token.signAll(1);
                case "multi-part" -> token.signAll(7);
                case "pss" -> token.pss();
                case "raw" -> token.raw();
                case "first" -> token.first();
                case "threads" -> token.threads();
                case "logout" -> token.logout();
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
    }
}
